package dev.quern.cuda;

import dev.quern.core.HostBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jcuda.Pointer;
import jcuda.driver.JCudaDriver;

/** Pinned staging memory: the device copies from and to it without the driver's own staging. */
final class CudaHostBuffer extends HostBuffer {
  private final CudaDevice device;
  private final Pointer block = new Pointer();
  private final Arena owner = Arena.ofShared();
  private final MemorySegment segment;

  @SuppressWarnings("restricted") // the driver says where it is and how long
  CudaHostBuffer(CudaDevice device, String label, long bytes) {
    super(device, label);
    this.device = device;
    try {
      device.enter();
      int status =
          JCudaDriver.cuMemHostAlloc(
              block, Math.max(1, bytes), JCudaDriver.CU_MEMHOSTALLOC_PORTABLE);
      device.checkMemory(status, label, bytes, "cuMemHostAlloc");
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    segment = MemorySegment.ofAddress(Handles.number(block)).reinterpret(bytes, owner, null);
  }

  @Override
  public MemorySegment segment() {
    requireOpen();
    return segment;
  }

  @Override
  protected void release() {
    owner.close(); // who still has the segment gets an exception, not a crash
    if (Handles.number(block) != 0) {
      device.enter();
      JCudaDriver.cuMemFreeHost(block);
    }
  }
}
