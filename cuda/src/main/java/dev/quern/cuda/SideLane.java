package dev.quern.cuda;

import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

/**
 * The lane for work that may be done beside the main lane's. While a graph is captured, the events
 * that the lanes wait for become its edges (CUDA C++ Programming Guide, cross-stream dependencies).
 */
final class SideLane implements AutoCloseable {
  private final Lane main;
  private final Lane side;
  private final CUevent forked = new CUevent();
  private final CUevent joined = new CUevent();
  private boolean busy;

  SideLane(CudaDevice device, Lane main) {
    this.main = main;
    side = new Lane(device);
    int flags = CUevent_flags.CU_EVENT_DISABLE_TIMING;
    try {
      CudaStatus.check(JCudaDriver.cuEventCreate(forked, flags), "cuEventCreate");
      CudaStatus.check(JCudaDriver.cuEventCreate(joined, flags), "cuEventCreate");
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Gives the lane as much scratch memory as the main one has. */
  void equip() {
    if (side.workspaceBytes() < main.workspaceBytes()) {
      side.growWorkspace(main.workspaceBytes());
    }
  }

  /** The lane, once it waits for all that the main lane has been given. */
  Lane fork() {
    wait(side, main, forked);
    busy = true;
    return side;
  }

  /** Makes the main lane wait for this one, if it has been given anything. */
  void join() {
    if (busy) {
      busy = false;
      wait(main, side, joined);
    }
  }

  /** Forgets what has been given to the lane: the capture that it was part of has failed. */
  void abandon() {
    busy = false;
  }

  private static void wait(Lane waiting, Lane awaited, CUevent event) {
    CudaStatus.check(JCudaDriver.cuEventRecord(event, awaited.handle()), "cuEventRecord");
    CudaStatus.check(
        JCudaDriver.cuStreamWaitEvent(waiting.handle(), event, 0), "cuStreamWaitEvent");
  }

  @Override
  public void close() {
    JCudaDriver.cuEventDestroy(forked);
    JCudaDriver.cuEventDestroy(joined);
    side.close();
  }
}
