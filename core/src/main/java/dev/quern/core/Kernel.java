package dev.quern.core;

/**
 * A prepared op. Preparing may be slow, compile, measure and allocate; running does none of that:
 * no allocation, no synchronising, no look-up. A kernel belongs to one thread at a time.
 */
public abstract class Kernel extends DeviceResource {

  /**
   * For backends: a kernel for {@code spec} on {@code device}, which registers it when it is
   * complete.
   */
  protected Kernel(Device device, KernelSpec<?> spec) {
    super(device, spec.describe(), false);
  }

  /** The problem that this was prepared for. */
  public abstract KernelSpec<?> spec();

  /** How it is computed, for example {@code vector:tile-6x64} or {@code cudnn:implicit-gemm}. */
  public abstract String implementation();

  /**
   * Scratch memory in bytes that a run needs; the stream it runs on must have reserved that much. A
   * kernel without need of it returns 0.
   */
  public long workspaceBytes() {
    return 0;
  }
}
