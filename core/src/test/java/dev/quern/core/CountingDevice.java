package dev.quern.core;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A device without a processor: it counts what is asked of it, in order. */
final class CountingDevice extends Device {
  final List<String> log = new ArrayList<>();
  private final long capacity;
  private long held;

  CountingDevice(long capacity) {
    super(info("fake:0", DeviceInfo.Kind.CPU));
    this.capacity = capacity;
  }

  static DeviceInfo info(String id, DeviceInfo.Kind kind) {
    String backend = id.substring(0, id.indexOf(':'));
    return new DeviceInfo(id, backend, kind, "a fake", "no driver", 1024, null);
  }

  /** A spec whose kernel only notes that it ran. */
  record Job(String describe, long workspaceBytes) implements KernelSpec<JobKernel> {
    @Override
    public Class<JobKernel> kernelType() {
      return JobKernel.class;
    }
  }

  /** Notes its runs in the device's log. */
  static final class JobKernel extends Kernel {
    private final CountingDevice owner;
    private final Job job;

    JobKernel(CountingDevice owner, Job job) {
      super(owner, job);
      this.owner = owner;
      this.job = job;
    }

    void run(Stream stream, DeviceBuffer buffer) {
      stream.use(buffer);
      if (stream.begin(this)) {
        owner.log.add("run " + job.describe());
      }
    }

    @Override
    public KernelSpec<?> spec() {
      return job;
    }

    @Override
    public String implementation() {
      return "fake:count";
    }

    @Override
    public long workspaceBytes() {
      return job.workspaceBytes();
    }

    @Override
    protected void release() {
      owner.log.add("release kernel " + job.describe());
    }
  }

  @Override
  protected Kernel createKernel(KernelSpec<?> spec) {
    return new JobKernel(this, (Job) spec);
  }

  @Override
  protected Arena createArena(String label, long bytes) {
    Arena arena = new CountedArena(this, label, bytes);
    memoryTaken(arena, label, bytes);
    held += bytes;
    return arena;
  }

  @Override
  protected Stream createStream() {
    return new CountedStream(this);
  }

  @Override
  protected HostBuffer createHostBuffer(String label, long bytes) {
    return new CountedHostBuffer(this, label, bytes);
  }

  @Override
  protected long freeBytes() {
    return capacity - held;
  }

  @Override
  protected void release() {
    log.add("release device");
  }

  private static final class CountedArena extends Arena {
    private final CountingDevice owner;

    CountedArena(CountingDevice owner, String label, long bytes) {
      super(owner, label, bytes);
      this.owner = owner;
    }

    @Override
    protected DeviceBuffer slice(String label, DataType type, long offset, long count) {
      return new DeviceBuffer(this, label, type, offset, count) {};
    }

    @Override
    protected void release() {
      owner.log.add("release arena " + label());
      owner.memoryFreed(this);
      owner.held -= bytes();
    }
  }

  private static final class CountedHostBuffer extends HostBuffer {
    private final CountingDevice owner;
    private final MemorySegment memory;

    CountedHostBuffer(CountingDevice owner, String label, long bytes) {
      super(owner, label);
      this.owner = owner;
      this.memory = MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]);
    }

    @Override
    public MemorySegment segment() {
      return memory;
    }

    @Override
    protected void release() {
      owner.log.add("release host buffer " + label());
    }
  }

  private static final class CountedStream extends Stream {
    private final CountingDevice owner;

    CountedStream(CountingDevice owner) {
      super(owner);
      this.owner = owner;
    }

    @Override
    protected void await() {
      owner.log.add("await");
    }

    @Override
    protected void growWorkspace(long bytes) {
      owner.log.add("workspace " + bytes);
    }

    @Override
    protected void enqueueWrite(MemorySegment source, DeviceBuffer target) {
      owner.log.add("write " + target.label());
    }

    @Override
    protected void enqueueRead(DeviceBuffer source, MemorySegment target) {
      owner.log.add("read " + source.label());
    }

    @Override
    protected void enqueueCopy(DeviceBuffer source, DeviceBuffer target) {
      owner.log.add("copy " + source.label() + " to " + target.label());
    }

    @Override
    protected void enqueueClear(DeviceBuffer target) {
      owner.log.add("clear " + target.label());
    }

    @Override
    protected Event enqueueEvent() {
      throw new UnsupportedOperationException("nothing is timed here");
    }

    @Override
    protected void release() {
      owner.log.add("release stream");
    }
  }
}
