package dev.quern.cuda;

import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;

/** One block of device memory, entered into its device's books. */
final class CudaMemory implements AutoCloseable {
  private final CudaDevice device;
  private final CUdeviceptr block = new CUdeviceptr();
  private final long bytes;
  private boolean open = true;

  /**
   * Allocates.
   *
   * @throws dev.quern.core.OutOfDeviceMemoryException if there is too little
   */
  CudaMemory(CudaDevice device, String label, long bytes) {
    this.device = device;
    this.bytes = bytes;
    device.enter();
    device.checkMemory(
        JCudaDriver.cuMemAlloc(block, Math.max(1, bytes)), label, bytes, "cuMemAlloc");
    device.taken(this, label, bytes);
  }

  /** The CUdeviceptr of the first byte. */
  long address() {
    return Handles.number(block);
  }

  /** Its size, as it was asked for. */
  long bytes() {
    return bytes;
  }

  /** The same for JCuda. */
  CUdeviceptr block() {
    return block;
  }

  /** Frees; waits for work that uses the block, as cuMemFree does. */
  @Override
  public void close() {
    if (!open) {
      return;
    }
    open = false;
    device.freed(this);
    device.enter();
    JCudaDriver.cuMemFree(block); // a broken context has freed it
  }
}
