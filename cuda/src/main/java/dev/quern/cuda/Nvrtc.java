package dev.quern.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.quern.core.DeviceException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import jcuda.nvrtc.nvrtcResult;
import org.jspecify.annotations.Nullable;

/**
 * NVIDIA's run-time compiler, of any CUDA version: JCuda's binding knows CUDA 12 only. It needs no
 * device. Safe for several threads, as the library is.
 *
 * <p>Source: NVRTC's manual, section 3, "User Interface".
 */
final class Nvrtc {
  private static final int SUCCESS = nvrtcResult.NVRTC_SUCCESS;
  private static final int COMPILATION_FAILED = nvrtcResult.NVRTC_ERROR_COMPILATION;
  private static final int INVALID_OPTION = nvrtcResult.NVRTC_ERROR_INVALID_OPTION;

  private static final String MACHINE = "sm_";
  private static final String VIRTUAL = "compute_";

  /** Source or options that the compiler refuses; the log is what it says about them. */
  static final class CompilationException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String log;

    CompilationException(String name, String status, String log) {
      super(name + " does not compile: " + status);
      this.log = log;
    }

    /** Everything that the compiler said, in lines of its own; empty if it said nothing. */
    String log() {
      return log;
    }
  }

  private final Functions functions;
  private final MethodHandle errorString;
  private final MethodHandle version;
  private final MethodHandle countArchitectures;
  private final MethodHandle architectures;
  private final MethodHandle create;
  private final MethodHandle compile;
  private final MethodHandle destroy;
  private final MethodHandle logSize;
  private final MethodHandle log;

  Nvrtc(SymbolLookup library) {
    functions = new Functions("NVRTC", library);
    errorString = functions.text("nvrtcGetErrorString");
    version = functions.status("nvrtcVersion", ADDRESS, ADDRESS);
    countArchitectures = functions.status("nvrtcGetNumSupportedArchs", ADDRESS);
    architectures = functions.status("nvrtcGetSupportedArchs", ADDRESS);
    create =
        functions.status(
            "nvrtcCreateProgram", ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
    compile = functions.status("nvrtcCompileProgram", ADDRESS, JAVA_INT, ADDRESS);
    destroy = functions.status("nvrtcDestroyProgram", ADDRESS);
    logSize = functions.status("nvrtcGetProgramLogSize", ADDRESS, ADDRESS);
    log = functions.status("nvrtcGetProgramLog", ADDRESS, ADDRESS);
  }

  /** For example {@code 12.6}. */
  String version() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment major = arena.allocate(JAVA_INT);
      MemorySegment minor = arena.allocate(JAVA_INT);
      check("nvrtcVersion", (int) version.invokeExact(major, minor));
      return major.get(JAVA_INT, 0) + "." + minor.get(JAVA_INT, 0);
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }

  /** The compute capabilities that it compiles for, ascending: 75 is 7.5, 100 is 10.0. */
  int[] architectures() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_INT);
      check("nvrtcGetNumSupportedArchs", (int) countArchitectures.invokeExact(count));
      MemorySegment all = arena.allocate(JAVA_INT, Math.max(1, count.get(JAVA_INT, 0)));
      check("nvrtcGetSupportedArchs", (int) architectures.invokeExact(all));
      int[] found = Arrays.copyOf(all.toArray(JAVA_INT), count.get(JAVA_INT, 0));
      Arrays.sort(found);
      return found;
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }

  /**
   * What a device of some compute capability is compiled for: {@code sm_} and machine code where
   * the compiler knows the device's own capability, or a lower minor of its major, whose code it
   * runs too; else, for a device that is newer than the compiler, {@code compute_} and PTX, which
   * the driver translates (CUDA C++ Programming Guide, "Binary Compatibility", "PTX
   * Compatibility").
   *
   * @param known ascending, as {@link #architectures} has them
   * @return null if the device is too old
   */
  static @Nullable String target(int[] known, int capability) {
    int best = 0;
    for (int architecture : known) {
      best = architecture <= capability ? architecture : best;
    }
    if (best == 0) {
      return null;
    }
    return (best / 10 == capability / 10 ? MACHINE : VIRTUAL) + best;
  }

  /**
   * Compiles CUDA C++.
   *
   * @param source the whole program; the host's headers are not at hand
   * @param name how messages call the source
   * @param capability the device's compute capability: 90 is 9.0
   * @param options more options, for example {@code -DSPAN=4}
   * @return machine code or, see {@link #target}, PTX; either is for cuModuleLoadData
   * @throws CompilationException if source or options are refused
   * @throws DeviceException if the compiler itself fails, or does not know so old a device
   */
  byte[] compile(String source, String name, int capability, List<String> options)
      throws CompilationException {
    String target = target(architectures(), capability);
    if (target == null) {
      throw new DeviceException(
          "NVRTC " + version() + " does not compile for compute capability " + capability, null);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(ADDRESS);
      int status =
          (int)
              create.invokeExact(
                  handle,
                  arena.allocateFrom(source),
                  arena.allocateFrom(name),
                  0,
                  MemorySegment.NULL,
                  MemorySegment.NULL);
      check("nvrtcCreateProgram", status);
      try {
        run(handle.get(ADDRESS, 0), name, arguments(target, options, arena), arena);
        return result(handle.get(ADDRESS, 0), target, arena);
      } finally {
        int ignored = (int) destroy.invokeExact(handle); // what was wrong has been said by then
      }
    } catch (CompilationException e) {
      throw e;
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }

  private static MemorySegment arguments(String target, List<String> options, Arena arena) {
    MemorySegment all = arena.allocate(ADDRESS, options.size() + 1L);
    all.setAtIndex(ADDRESS, 0, arena.allocateFrom("--gpu-architecture=" + target));
    for (int i = 0; i < options.size(); i++) {
      all.setAtIndex(ADDRESS, i + 1L, arena.allocateFrom(options.get(i)));
    }
    return all;
  }

  private void run(MemorySegment program, String name, MemorySegment arguments, Arena arena)
      throws Throwable {
    int count = (int) (arguments.byteSize() / ADDRESS.byteSize());
    int status = (int) compile.invokeExact(program, count, arguments);
    if (status == SUCCESS) {
      return;
    }
    byte[] text = read(program, "nvrtcGetProgramLog", logSize, log, arena);
    String said = new String(text, StandardCharsets.UTF_8).replace("\0", "").strip();
    if (status == COMPILATION_FAILED || status == INVALID_OPTION) {
      throw new CompilationException(name, Functions.name(errorString, status), said);
    }
    check(
        "compiling " + name + (said.isEmpty() ? "" : " (" + said.replaceAll("\\s+", " ") + ")"),
        status);
  }

  private byte[] result(MemorySegment program, String target, Arena arena) throws Throwable {
    String call = target.startsWith(MACHINE) ? "nvrtcGetCUBIN" : "nvrtcGetPTX";
    MethodHandle size = functions.status(call + "Size", ADDRESS, ADDRESS);
    return read(program, call, size, functions.status(call, ADDRESS, ADDRESS), arena);
  }

  private byte[] read(
      MemorySegment program, String call, MethodHandle size, MethodHandle content, Arena arena)
      throws Throwable {
    MemorySegment bytes = arena.allocate(JAVA_LONG);
    check(call + "Size", (int) size.invokeExact(program, bytes));
    MemorySegment copy = arena.allocate(Math.max(1, bytes.get(JAVA_LONG, 0)));
    check(call, (int) content.invokeExact(program, copy));
    return copy.toArray(JAVA_BYTE);
  }

  private void check(String call, int status) {
    if (status != SUCCESS) {
      throw new DeviceException(
          "NVRTC: " + call + " failed with " + Functions.name(errorString, status), null);
    }
  }
}
