package dev.quern.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.HostBuffer;
import dev.quern.core.Kernel;
import dev.quern.core.Stream;
import dev.quern.kernels.cases.Argument;
import dev.quern.kernels.cases.Bindings;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Run;
import dev.quern.kernels.cases.Values;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.lwjgl.opencl.CL10;

/**
 * Buffers whose memory objects end with their last element, so that a checking driver sees the very
 * first access behind it. Arenas round up to their alignment, which would hide it.
 */
final class ExactMemory implements AutoCloseable {
  private final ClDevice device;
  private final List<Arena> arenas = new ArrayList<>();

  ExactMemory(ClDevice device) {
    this.device = device;
  }

  /**
   * Runs every pass of a case once.
   *
   * @param workspace what all bytes of the workspace hold before each pass
   * @return what was written, in the order of passes and arguments
   */
  static <K extends Kernel> List<Values> run(ClDevice device, Case<K> problem, byte workspace) {
    List<Values> written = new ArrayList<>();
    try (K kernel = device.prepare(problem.spec());
        Stream stream = device.newStream()) {
      stream.reserveWorkspace(kernel.workspaceBytes());
      for (Run<K> run : problem.runs()) {
        try (ExactMemory memory = new ExactMemory(device)) {
          memory.fillWorkspace(stream, kernel.workspaceBytes(), workspace);
          Bindings bindings = memory.bind(stream, run.arguments());
          run.call().run(kernel, stream, bindings);
          for (Argument argument : run.arguments()) {
            if (argument.written()) {
              written.add(memory.read(stream, bindings.get(argument.role())));
            }
          }
        }
      }
    }
    return written;
  }

  /** A buffer with its initial contents for each argument. */
  Bindings bind(Stream stream, List<Argument> arguments) {
    Bindings bindings = new Bindings();
    for (Argument argument : arguments) {
      DeviceBuffer buffer = allocate(argument.role(), argument.type(), argument.count());
      if (argument.count() > 0) {
        write(stream, buffer, argument.initial().bits());
      }
      bindings.put(argument.role(), buffer);
    }
    return bindings;
  }

  /** A buffer to which nothing has been written. */
  DeviceBuffer allocate(String role, DataType type, long count) {
    ClMemory memory = new ClMemory(device, role, count * type.bytes());
    Arena arena = new ClArena(device, role, memory, Arena.footprint(type, count));
    arenas.add(arena);
    return arena.allocate(role, type, count);
  }

  private void write(Stream stream, DeviceBuffer target, MemorySegment bits) {
    try (HostBuffer host = device.newHostBuffer("initial contents", bits.byteSize())) {
      host.segment().copyFrom(bits);
      stream.write(target, host);
      stream.synchronize();
    }
  }

  private Values read(Stream stream, DeviceBuffer source) {
    try (HostBuffer host = device.newHostBuffer("results", source.bytes())) {
      stream.read(source, host);
      stream.synchronize();
      return Values.read(source.type(), host.segment(), source.count());
    }
  }

  /**
   * Writes to the workspace from the host. For oclgrind, too: it takes memory for uninitialised for
   * ever unless the host has written all of it at once (Uninitialized.cpp, hostMemoryStore).
   */
  private void fillWorkspace(Stream stream, long bytes, byte value) {
    if (bytes == 0) {
      return;
    }
    try (HostBuffer host = device.newHostBuffer("workspace", bytes)) {
      host.segment().fill(value);
      int status =
          CL10.nclEnqueueWriteBuffer(
              ((ClStream) stream).queue(),
              ClStream.workspace(stream),
              CL10.CL_TRUE,
              0,
              bytes,
              host.segment().address(),
              0,
              0,
              0);
      assertThat(status).isEqualTo(Status.SUCCESS);
    }
  }

  @Override
  public void close() {
    arenas.forEach(Arena::close);
    arenas.clear();
  }
}
