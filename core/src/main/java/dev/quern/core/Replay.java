package dev.quern.core;

import java.util.List;

/**
 * A recorded body of device work: a graph where the backend has graphs, a re-run of the body
 * elsewhere. It keeps the buffers and kernels that it uses from being closed. Launching it equals
 * running the body.
 */
public abstract class Replay extends DeviceResource {
  private final Stream stream;
  private final List<DeviceResource> leased;

  /** For backends: a recording of {@code stream}. */
  @SuppressWarnings("this-escape") // the stream only notes the reference
  protected Replay(Stream stream, String label) {
    super(stream.device(), label);
    this.stream = stream;
    this.leased = stream.leaseTraced(this);
  }

  /** Enqueues the recorded work once more. */
  public final void launch() {
    requireOpen();
    stream.beginLaunch();
    enqueue();
  }

  /** The stream that this was recorded on and runs on. */
  public final Stream stream() {
    return stream;
  }

  /** For backends: enqueues the recorded work. */
  protected abstract void enqueue();

  /** For backends: frees the native side, if any. */
  protected void releaseRecording() {}

  @Override
  protected final void release() {
    try {
      releaseRecording();
    } finally {
      leased.forEach(resource -> resource.endLease(this));
      stream.replayClosed();
    }
  }
}
