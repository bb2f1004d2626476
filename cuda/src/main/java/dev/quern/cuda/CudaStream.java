package dev.quern.cuda;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Event;
import dev.quern.core.Replay;
import dev.quern.core.Stream;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/**
 * A stream of the driver. A recording is captured as a graph: while it is, kernels, copies and
 * library calls become nodes instead of work, in one lane or, for work beside, in a second one.
 */
final class CudaStream extends Stream {
  private final CudaDevice device;
  private final Lane main;
  private Lane lane;
  private @Nullable SideLane side;
  private boolean capturing;
  private String last = "nothing";

  CudaStream(CudaDevice device) {
    this(device, new Lane(device));
  }

  private CudaStream(CudaDevice device, Lane main) {
    super(device);
    this.device = device;
    this.main = main;
    lane = main;
  }

  /** The CUstream that takes work now. */
  long address() {
    return Handles.number(lane.handle());
  }

  /** Makes the device's context the thread's. */
  void enter() {
    device.enter();
  }

  /** Notes what takes work next: a fault shows later, when the stream is waited for. */
  void enqueuing(String what) {
    last = what;
  }

  /** The lane that takes work now: its scratch memory, cuDNN and cuBLAS. */
  Lane lane() {
    return lane;
  }

  /** Launches an instantiated graph. */
  void launch(CUgraphExec graph, String label) {
    device.enter();
    enqueuing(label);
    int status = device.calls().launchGraph(Handles.number(graph), Handles.number(main.handle()));
    if (status != CudaStatus.SUCCESS) {
      throw CudaStatus.failure(status, "cuGraphLaunch of '" + label + "' on " + device.id());
    }
  }

  @Override
  protected void await() {
    device.enter();
    check(JCudaDriver.cuStreamSynchronize(main.handle()), "cuStreamSynchronize");
  }

  @Override
  protected void growWorkspace(long bytes) {
    main.growWorkspace(bytes);
  }

  @Override
  protected void enqueueWrite(MemorySegment source, DeviceBuffer target) {
    if (target.bytes() > 0) {
      device.enter();
      check(
          device
              .calls()
              .copyToDevice(CudaBuffer.address(target), source, target.bytes(), address()),
          "cuMemcpyHtoDAsync");
    }
  }

  @Override
  protected void enqueueRead(DeviceBuffer source, MemorySegment target) {
    if (source.bytes() > 0) {
      device.enter();
      check(
          device.calls().copyToHost(target, CudaBuffer.address(source), source.bytes(), address()),
          "cuMemcpyDtoHAsync");
    }
  }

  @Override
  protected void enqueueCopy(DeviceBuffer source, DeviceBuffer target) {
    if (source.bytes() > 0) {
      device.enter();
      long from = CudaBuffer.address(source);
      check(
          device.calls().copyOnDevice(CudaBuffer.address(target), from, source.bytes(), address()),
          "cuMemcpyDtoDAsync");
    }
  }

  @Override
  protected void enqueueClear(DeviceBuffer target) {
    if (target.bytes() > 0) {
      device.enter();
      byte zero = 0;
      check(
          device.calls().setBytes(CudaBuffer.address(target), zero, target.bytes(), address()),
          "cuMemsetD8Async");
    }
  }

  @Override
  protected Event enqueueEvent() {
    return new CudaEvent(device, main.handle());
  }

  @Override
  protected boolean capturesWork() {
    return true;
  }

  /**
   * Work goes to the second lane, which the main one waits for at the next join in a graph, and at
   * once elsewhere. So the run before a recording is the second lane's first, too: libraries
   * allocate then, which a graph being captured cannot hold.
   */
  @Override
  protected void branch(Consumer<Stream> body) {
    if (lane != main || (capturing && side == null)) {
      body.accept(this);
      return;
    }
    device.enter();
    SideLane other = side == null ? new SideLane(device, main) : side;
    side = other;
    if (!capturing) {
      other.equip();
    }
    lane = other.fork();
    try {
      body.accept(this);
    } finally {
      lane = main;
      if (!capturing) {
        other.join();
      }
    }
  }

  @Override
  protected void joinBranch() {
    if (capturing && side != null) {
      device.enter();
      side.join();
    }
  }

  /** Captures in thread-local mode, so that other threads may allocate meanwhile. */
  @Override
  protected Replay capture(String label, Runnable body) {
    device.enter();
    if (side != null) {
      side.equip();
    }
    check(
        JCudaDriver.cuStreamBeginCapture(
            main.handle(), CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL),
        "cuStreamBeginCapture");
    CUgraph captured = new CUgraph();
    capturing = true;
    try {
      body.run();
      joinBranch();
    } catch (RuntimeException | Error e) {
      // Whatever the answer: the stream leaves the capture, and what failed has been said.
      if (JCudaDriver.cuStreamEndCapture(main.handle(), captured) == CudaStatus.SUCCESS) {
        JCudaDriver.cuGraphDestroy(captured);
      }
      throw e;
    } finally {
      capturing = false;
      if (side != null) {
        side.abandon();
      }
    }
    check(
        JCudaDriver.cuStreamEndCapture(main.handle(), captured),
        "cuStreamEndCapture of '" + label + "'");
    return new CudaGraph(this, label, instantiate(captured, label));
  }

  private CUgraphExec instantiate(CUgraph captured, String label) {
    CUgraphExec graph = new CUgraphExec();
    try {
      check(
          JCudaDriver.cuGraphInstantiate(graph, captured, 0),
          "cuGraphInstantiate of '" + label + "'");
    } finally {
      JCudaDriver.cuGraphDestroy(captured);
    }
    try { // now, so that the first launch is like the others
      check(JCudaDriver.cuGraphUpload(graph, main.handle()), "cuGraphUpload of '" + label + "'");
    } catch (RuntimeException e) {
      JCudaDriver.cuGraphExecDestroy(graph);
      throw e;
    }
    return graph;
  }

  private void check(int status, String call) {
    if (status != CudaStatus.SUCCESS) {
      throw CudaStatus.failure(
          status, "%s on %s (enqueued last: %s)".formatted(call, device.id(), last));
    }
  }

  @Override
  protected void release() {
    device.enter();
    if (side != null) {
      side.close();
      side = null;
    }
    main.close();
  }
}
