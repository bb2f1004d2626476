package dev.quern.opencl;

import dev.quern.core.BackendUnavailableException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.lwjgl.system.Configuration;

/**
 * The OpenCL loader of this machine (libOpenCL), which finds the drivers. Opened once, by the first
 * probe: LWJGL remembers a failure for ever, so it is asked only when the library is known to open.
 */
final class OpenClLibrary {
  private static final String POCL_SIGFPE = "POCL_SIGFPE_HANDLER";

  private static @Nullable String opened;

  private OpenClLibrary() {}

  /**
   * Opens the loader, unless that has been done.
   *
   * @throws BackendUnavailableException if there is none, saying what to install
   */
  static synchronized void open() {
    if (opened != null) {
      return;
    }
    keepArithmeticExceptions();
    JavaSignals.note();
    String name = findLoader();
    if (System.getProperty("org.lwjgl.system.memoryBackend") == null) {
      Configuration.MEMORY_BACKEND.set("ffm"); // the default one draws warnings from the JDK
    }
    Configuration.OPENCL_LIBRARY_NAME.set(name);
    opened = name;
  }

  @SuppressWarnings("restricted") // opening a library is what this is for
  private static String findLoader() {
    List<String> names = names(System.getProperty("os.name", "").toLowerCase(Locale.ROOT));
    for (String name : names) {
      try {
        SymbolLookup.libraryLookup(name, Arena.global());
        return name;
      } catch (IllegalArgumentException e) {
        // the next one
      }
    }
    throw new BackendUnavailableException(
        "no OpenCL loader ("
            + String.join(" or ", names)
            + "): install your GPU's driver, or your system's package of it (Debian:"
            + " ocl-icd-libopencl1)",
        null);
  }

  /** Run-time packages have the versioned name only. */
  private static List<String> names(String system) {
    if (system.contains("windows")) {
      return List.of("OpenCL.dll");
    }
    return system.contains("mac")
        ? List.of("/System/Library/Frameworks/OpenCL.framework/OpenCL")
        : List.of("libOpenCL.so.1", "libOpenCL.so");
  }

  /**
   * PoCL takes over SIGFPE when it is first asked for devices, after which {@code 1 / 0} no longer
   * throws in Java; unless this variable of the environment says not to. Set in the process itself,
   * since Java cannot set variables; who has set it keeps it.
   */
  @SuppressWarnings("restricted") // calls setenv of the C library
  private static void keepArithmeticExceptions() {
    Linker linker = Linker.nativeLinker();
    MemorySegment setenv = linker.defaultLookup().find("setenv").orElse(null);
    if (setenv == null) {
      return; // Windows, where PoCL does no such thing
    }
    FunctionDescriptor type =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    try (Arena strings = Arena.ofConfined()) {
      int status =
          (int)
              linker
                  .downcallHandle(setenv, type)
                  .invokeExact(strings.allocateFrom(POCL_SIGFPE), strings.allocateFrom("0"), 0);
      if (status != 0) {
        throw new BackendUnavailableException("setenv of " + POCL_SIGFPE + " failed", null);
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new LinkageError("setenv cannot be called", e);
    }
  }
}
