package dev.quern.opencl;

import static org.lwjgl.system.MemoryStack.stackPush;

import dev.quern.core.Arena;
import dev.quern.core.HostBuffer;
import dev.quern.core.Stream;
import dev.quern.dialect.Constants;
import dev.quern.dialect.DialectDevice;
import dev.quern.dialect.Launch;
import dev.quern.dialect.Program;
import dev.quern.dialect.Range;
import dev.quern.dialect.Traits;
import java.nio.IntBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.lwjgl.opencl.CL10;
import org.lwjgl.system.MemoryStack;

/** A device of an OpenCL platform, in a context of its own. */
final class ClDevice extends DialectDevice {
  private final FoundDevice found;
  private final long context;
  private final Programs programs;
  private final AtomicLong takenBytes = new AtomicLong();

  ClDevice(FoundDevice found) {
    super(found.info());
    this.found = found;
    try (MemoryStack stack = stackPush()) {
      IntBuffer status = stack.mallocInt(1);
      context =
          CL10.clCreateContext(
              stack.pointers(CL10.CL_CONTEXT_PLATFORM, found.platform(), 0),
              found.device(),
              null,
              0,
              status);
      Status.check(status.get(0), "clCreateContext on " + id());
    }
    programs = new Programs(this);
  }

  @Override
  public Traits traits() {
    return found.traits();
  }

  /** The cl_context. */
  long context() {
    return context;
  }

  /** The cl_device_id. */
  long handle() {
    return found.device();
  }

  @Override
  protected Program program(String what, List<String> files, String... defines) {
    return programs.get(what, files, defines);
  }

  @Override
  protected Launch launch(
      String what, Program program, String function, Range range, int buffers, Number... numbers) {
    return new ClLaunch(this, what, (ClProgram) program, function, range, buffers, numbers);
  }

  @Override
  protected Constants constants(String label, int[] values) {
    return new ClMemory(this, label, values);
  }

  @Override
  protected long workspace(Stream stream) {
    return ClStream.workspace(stream);
  }

  @Override
  protected Arena createArena(String label, long bytes) {
    return new ClArena(this, label, new ClMemory(this, label, bytes), bytes);
  }

  @Override
  protected Stream createStream() {
    return new ClStream(this);
  }

  @Override
  protected HostBuffer createHostBuffer(String label, long bytes) {
    return new ClHostBuffer(this, label, bytes);
  }

  /** At most one block's size: what memory there is can be had in blocks only. */
  @Override
  protected long freeBytes() {
    long left = info().memoryBytes() - takenBytes.get();
    return Math.max(0, Math.min(left, traits().largestBlock()));
  }

  void requireRoom(String label, long bytes) {
    requireFree(label, bytes);
  }

  /** Turns a status that means too little memory into the exception that says so. */
  void checkMemory(int status, String label, long bytes, String call) {
    if (Status.isOutOfMemory(status)) {
      throw outOfMemory(label, bytes);
    }
    Status.check(status, call + " for '" + label + "' on " + id());
  }

  void taken(ClMemory memory, String label, long bytes) {
    takenBytes.addAndGet(memory.bytes());
    memoryTaken(memory, label, bytes);
  }

  void freed(ClMemory memory) {
    takenBytes.addAndGet(-memory.bytes());
    memoryFreed(memory);
  }

  @Override
  protected void release() {
    programs.close();
    CL10.clReleaseContext(context);
  }
}
