package dev.quern.core;

import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * An in-order queue of work on a device: kernels, copies, events. Work is asynchronous unless it
 * says otherwise; {@link #synchronize} waits for it. A stream belongs to one thread at a time.
 */
public abstract class Stream extends DeviceResource {
  private final CaptureState capture = new CaptureState();
  private final Set<DeviceResource> traced = Collections.newSetFromMap(new IdentityHashMap<>());
  private long workspaceBytes;
  private int replays;

  /** For backends: a stream without workspace. */
  protected Stream(Device device) {
    super(device, "stream");
  }

  /** Waits until everything enqueued so far is done; reports what failed meanwhile. */
  public final void synchronize() {
    requireOpen();
    capture.refuseWhileRecording("synchronize");
    await();
  }

  /**
   * Makes sure that kernels with up to this much {@link Kernel#workspaceBytes} can run here.
   *
   * @throws IllegalStateException while recording, or if a replay has frozen a smaller workspace
   */
  public final void reserveWorkspace(long bytes) {
    requireOpen();
    if (bytes <= workspaceBytes) {
      return;
    }
    capture.refuseWhileRecording("reserveWorkspace");
    if (replays > 0) {
      throw new IllegalStateException(
          "the workspace is %d bytes and cannot grow to %d while a replay of this stream is open"
              .formatted(workspaceBytes, bytes));
    }
    await();
    growWorkspace(bytes);
    workspaceBytes = bytes;
  }

  /** Copies staging memory into a buffer, from the start of both. */
  public final void write(DeviceBuffer target, HostBuffer source) {
    requireFits(target, source.segment().byteSize());
    use(target);
    source.requireOpen();
    capture.refuseWhileRecording("a copy from the host");
    enqueueWrite(source.segment(), target);
  }

  /** Copies a buffer into staging memory, from the start of both. */
  public final void read(DeviceBuffer source, HostBuffer target) {
    requireFits(source, target.segment().byteSize());
    use(source);
    target.requireOpen();
    capture.refuseWhileRecording("a copy to the host");
    enqueueRead(source, target.segment());
  }

  /** Copies one buffer into another of the same size in bytes. */
  public final void copy(DeviceBuffer source, DeviceBuffer target) {
    if (source.bytes() != target.bytes()) {
      throw new SpecException(
          "copy: both buffers must have the same size, but %s has %d bytes and %s has %d"
              .formatted(source, source.bytes(), target, target.bytes()));
    }
    use(source);
    use(target);
    if (begin()) {
      enqueueCopy(source, target);
    }
  }

  /** Sets every byte of a buffer to 0. */
  public final void clear(DeviceBuffer target) {
    use(target);
    if (begin()) {
      enqueueClear(target);
    }
  }

  /** Copies an array into a buffer and waits; for set-up and tests, not for the hot path. */
  public final void write(DeviceBuffer target, float[] values) {
    ArrayCopy.write(this, target, MemorySegment.ofArray(values));
  }

  /** Copies an array into a buffer and waits; for set-up and tests, not for the hot path. */
  public final void write(DeviceBuffer target, int[] values) {
    ArrayCopy.write(this, target, MemorySegment.ofArray(values));
  }

  /** Copies an array into a buffer and waits; for set-up and tests, not for the hot path. */
  public final void write(DeviceBuffer target, byte[] values) {
    ArrayCopy.write(this, target, MemorySegment.ofArray(values));
  }

  /** Waits, then returns a FLOAT32 buffer's elements. */
  public final float[] readFloats(DeviceBuffer source) {
    return ArrayCopy.floats(this, source);
  }

  /** Waits, then returns an INT32 buffer's elements. */
  public final int[] readInts(DeviceBuffer source) {
    return ArrayCopy.ints(this, source);
  }

  /** Enqueues an event. */
  public final Event mark() {
    requireOpen();
    capture.refuseWhileRecording("an event");
    return enqueueEvent();
  }

  /**
   * Records a body of device work for replay; the body's effects happen at each {@link
   * Replay#launch}, not now. Whatever changes from launch to launch must live in device buffers.
   * The stream must have worked once before.
   *
   * @param label name for messages
   * @param body kernel runs, buffer copies and clears on this stream, and nothing else
   */
  public final Replay record(String label, Runnable body) {
    requireOpen();
    capture.begin(label);
    traced.clear();
    try {
      return capture(label, body);
    } finally {
      capture.end();
    }
  }

  /**
   * Enqueues work that may be done beside what follows on this stream, until {@link #join}: neither
   * may write what the other reads or writes. A recording that becomes a graph does both at once;
   * elsewhere the body is done first.
   *
   * @param body kernel runs, buffer copies and clears on the stream that it is given
   */
  public final void beside(Consumer<Stream> body) {
    requireOpen();
    branch(body);
  }

  /**
   * Orders all that follows after what was enqueued {@link #beside}; a recording's end does, too.
   */
  public final void join() {
    requireOpen();
    joinBranch();
  }

  /**
   * For kernels: checks that the buffer can be used on this stream, and notes its arena when
   * recording.
   */
  public final void use(DeviceBuffer buffer) {
    Arena arena = buffer.arena();
    if (arena.device() != device()) {
      throw new SpecException(
          "%s belongs to %s and cannot be used on %s"
              .formatted(buffer, arena.device().id(), device().id()));
    }
    arena.requireOpen();
    if (capture.recording()) {
      traced.add(arena);
    }
  }

  /**
   * For kernels: checks that the kernel can run here, and notes it when recording.
   *
   * @return whether to do the work now; false while a backend without graphs traces a recording
   */
  public final boolean begin(Kernel kernel) {
    if (kernel.device() != device()) {
      throw new SpecException(
          "%s was prepared for another device than %s".formatted(kernel, device().id()));
    }
    kernel.requireOpen();
    if (kernel.workspaceBytes() > workspaceBytes) {
      throw new IllegalStateException(
          "%s needs %d bytes of workspace, but the stream has %d: call reserveWorkspace first"
              .formatted(kernel, kernel.workspaceBytes(), workspaceBytes));
    }
    if (capture.recording()) {
      traced.add(kernel);
    }
    return begin();
  }

  private boolean begin() {
    requireOpen();
    if (capture.recording()) {
      return capturesWork();
    }
    capture.worked();
    return true;
  }

  final void beginLaunch() {
    requireOpen();
    capture.refuseWhileRecording("launching a replay");
  }

  /** Leases what the recording under way has used, and this stream, to its replay. */
  final List<DeviceResource> leaseTraced(Replay replay) {
    traced.add(this);
    List<DeviceResource> leased = List.copyOf(traced);
    leased.forEach(resource -> resource.lease(replay));
    replays++;
    return leased;
  }

  final void replayClosed() {
    replays--;
  }

  /** For copies: the stream is open and records nothing. */
  final void beginCopy(DeviceBuffer buffer, String what) {
    requireOpen();
    use(buffer);
    capture.refuseWhileRecording(what);
  }

  private static void requireFits(DeviceBuffer buffer, long hostBytes) {
    if (hostBytes < buffer.bytes()) {
      throw new SpecException(
          "copy: the staging memory must hold the buffer, but has %d bytes and %s has %d"
              .formatted(hostBytes, buffer, buffer.bytes()));
    }
  }

  /** For backends: waits for all work. */
  protected abstract void await();

  /** For backends: replaces the workspace by one of {@code bytes}; no work is under way. */
  protected abstract void growWorkspace(long bytes);

  /** For backends: copies {@code target.bytes()} bytes of native memory in. */
  protected abstract void enqueueWrite(MemorySegment source, DeviceBuffer target);

  /** For backends: copies {@code source.bytes()} bytes out to native memory. */
  protected abstract void enqueueRead(DeviceBuffer source, MemorySegment target);

  /** For backends: copies device memory to device memory; sizes are equal. */
  protected abstract void enqueueCopy(DeviceBuffer source, DeviceBuffer target);

  /** For backends: sets a buffer's bytes to 0. */
  protected abstract void enqueueClear(DeviceBuffer target);

  /** For backends: enqueues an event. */
  protected abstract Event enqueueEvent();

  /**
   * For backends: enqueues work that may be done beside what follows; the default does it first.
   */
  protected void branch(Consumer<Stream> body) {
    body.accept(this);
  }

  /** For backends: orders what follows after the branch. */
  protected void joinBranch() {}

  /**
   * For backends: whether kernels enqueue their work while recording (a graph is captured) or only
   * announce it (the body is run again at each launch). The default is the latter.
   */
  protected boolean capturesWork() {
    return false;
  }

  /**
   * For backends: runs the body in recording state and returns its replay. The default keeps the
   * body and runs it again at each launch.
   */
  protected Replay capture(String label, Runnable body) {
    body.run();
    return new Replay(this, label) {
      @Override
      protected void enqueue() {
        body.run();
      }
    };
  }
}
