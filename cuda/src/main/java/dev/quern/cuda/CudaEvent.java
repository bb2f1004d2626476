package dev.quern.cuda;

import dev.quern.core.Event;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/** An event of the driver; its clock ticks about every half microsecond. */
final class CudaEvent extends Event {
  private static final double NANOS_PER_MILLISECOND = 1e6;

  private final CudaDevice device;
  private final CUevent event = new CUevent();

  CudaEvent(CudaDevice device, CUstream stream) {
    super(device);
    this.device = device;
    device.enter();
    try {
      CudaStatus.check(
          JCudaDriver.cuEventCreate(event, CUevent_flags.CU_EVENT_DEFAULT), "cuEventCreate");
      CudaStatus.check(JCudaDriver.cuEventRecord(event, stream), "cuEventRecord");
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  @Override
  public void synchronize() {
    requireOpen();
    device.enter();
    CudaStatus.check(JCudaDriver.cuEventSynchronize(event), "cuEventSynchronize");
  }

  @Override
  public long nanosSince(Event earlier) {
    requireOpen();
    device.enter();
    float[] milliseconds = new float[1];
    CudaStatus.check(
        JCudaDriver.cuEventElapsedTime(milliseconds, ((CudaEvent) earlier).event, event),
        "cuEventElapsedTime");
    return Math.round(milliseconds[0] * NANOS_PER_MILLISECOND);
  }

  @Override
  protected void release() {
    device.enter();
    JCudaDriver.cuEventDestroy(event);
  }
}
