package dev.quern.opencl;

import static org.lwjgl.system.MemoryStack.stackPush;
import static org.lwjgl.system.MemoryUtil.memAddress;

import dev.quern.core.DeviceException;
import dev.quern.dialect.CompilerLog;
import dev.quern.dialect.KernelSource;
import dev.quern.dialect.ProgramCache;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

/**
 * The programs of one device: each compiled once, from source or from what an earlier process left
 * on disk. What is new is written to disk when the device is closed: drivers generate code for a
 * kernel at its first launch, so a program is complete only after it has worked.
 */
final class Programs implements AutoCloseable {
  private static final String LANGUAGE = "-cl-std=CL1.2";
  private static final String OPTIONS_PROPERTY = "quern.opencl.options";

  private final ClDevice device;
  private final @Nullable ProgramCache cache;
  private final Map<String, ClProgram> compiled = new HashMap<>();

  Programs(ClDevice device) {
    this.device = device;
    cache = device.traits().keepsBinaries() ? ProgramCache.ofUser(device.info().backend()) : null;
  }

  /**
   * A program.
   *
   * @param what the spec that needs it, for messages
   * @param files names of kernel sources
   * @param defines its macros, {@code NAME=value}
   * @throws DeviceException with the compiler's first error
   */
  synchronized ClProgram get(String what, List<String> files, String... defines) {
    StringBuilder options = new StringBuilder(LANGUAGE);
    for (String define : defines) {
      options.append(" -D").append(define);
    }
    String wanted = System.getProperty(OPTIONS_PROPERTY, "");
    if (!wanted.isEmpty()) {
      options.append(' ').append(wanted);
    }
    return compiled.computeIfAbsent(
        files + " " + options,
        name -> CompilerThread.call(() -> load(what, files, options.toString())));
  }

  private ClProgram load(String what, List<String> files, String options) {
    String source = KernelSource.of(files.toArray(String[]::new));
    String key = ProgramCache.key(device.traits().key(), options, source);
    byte[] binary = cache == null ? null : cache.read(key);
    if (binary != null) {
      long program = fromBinary(binary, options);
      if (program != 0) {
        return new ClProgram(program, key, false);
      }
    }
    return new ClProgram(fromSource(what, source, options), key, true);
  }

  /** A program from its binary, or 0 if the driver does not take it. */
  private long fromBinary(byte[] binary, String options) {
    ByteBuffer bytes = MemoryUtil.memAlloc(binary.length);
    try (MemoryStack stack = stackPush()) {
      bytes.put(binary).flip();
      IntBuffer status = stack.mallocInt(1);
      IntBuffer binaryStatus = stack.mallocInt(1);
      long program =
          CL10.nclCreateProgramWithBinary(
              device.context(),
              1,
              memAddress(stack.pointers(device.handle())),
              memAddress(stack.pointers(binary.length)),
              memAddress(stack.pointers(memAddress(bytes))),
              memAddress(binaryStatus),
              memAddress(status));
      if (status.get(0) != Status.SUCCESS || binaryStatus.get(0) != Status.SUCCESS) {
        return 0;
      }
      if (CL10.clBuildProgram(program, device.handle(), options, null, 0) != Status.SUCCESS) {
        CL10.clReleaseProgram(program);
        return 0;
      }
      return program;
    } finally {
      MemoryUtil.memFree(bytes);
    }
  }

  private long fromSource(String what, String source, String options) {
    try (MemoryStack stack = stackPush()) {
      IntBuffer status = stack.mallocInt(1);
      ByteBuffer text = MemoryUtil.memUTF8(source, false);
      long program;
      try {
        program =
            CL10.nclCreateProgramWithSource(
                device.context(),
                1,
                memAddress(stack.pointers(memAddress(text))),
                memAddress(stack.pointers(text.remaining())),
                memAddress(status));
      } finally {
        MemoryUtil.memFree(text);
      }
      Status.check(status.get(0), "clCreateProgramWithSource for " + what);
      int built = CL10.clBuildProgram(program, device.handle(), options, null, 0);
      if (built != Status.SUCCESS) {
        String log = Query.buildLog(program, device.handle());
        CL10.clReleaseProgram(program);
        throw new DeviceException(
            "%s cannot be compiled for %s (%s), %s: %s"
                .formatted(
                    what,
                    device.id(),
                    device.info().name(),
                    Status.name(built),
                    CompilerLog.firstError(log)),
            null);
      }
      return program;
    }
  }

  private byte @Nullable [] binaryOf(ClProgram program) {
    try (MemoryStack stack = stackPush()) {
      PointerBuffer size = stack.callocPointer(1);
      int status =
          CL10.nclGetProgramInfo(
              program.handle(), CL10.CL_PROGRAM_BINARY_SIZES, Long.BYTES, memAddress(size), 0);
      if (status != Status.SUCCESS || size.get(0) <= 0) {
        return null;
      }
      ByteBuffer bytes = MemoryUtil.memAlloc((int) size.get(0));
      try {
        status =
            CL10.nclGetProgramInfo(
                program.handle(),
                CL10.CL_PROGRAM_BINARIES,
                Long.BYTES,
                memAddress(stack.pointers(memAddress(bytes))),
                0);
        byte[] binary = new byte[bytes.capacity()];
        bytes.get(binary);
        return status == Status.SUCCESS ? binary : null;
      } finally {
        MemoryUtil.memFree(bytes);
      }
    }
  }

  @Override
  public synchronized void close() {
    for (ClProgram program : compiled.values()) {
      byte[] binary = cache != null && program.fresh() ? binaryOf(program) : null;
      if (cache != null && binary != null) {
        cache.write(program.key(), binary);
      }
      CL10.clReleaseProgram(program.handle());
    }
    compiled.clear();
  }
}
