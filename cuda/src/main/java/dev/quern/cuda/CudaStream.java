package dev.quern.cuda;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Event;
import dev.quern.core.Replay;
import dev.quern.core.Stream;
import java.lang.foreign.MemorySegment;
import jcuda.Pointer;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/**
 * A stream of the driver with the libraries' handles that work on it. A recording is captured as a
 * graph: while it is, kernels, copies and library calls become nodes instead of work.
 */
final class CudaStream extends Stream {
  private final CudaDevice device;
  private final CUstream handle = new CUstream();
  private final Pointer nothing = new Pointer();
  private @Nullable CudaMemory workspace;
  private @Nullable StreamLibraries libraries;

  CudaStream(CudaDevice device) {
    super(device);
    this.device = device;
    try {
      device.enter();
      // Non-blocking: independent of the default stream, which other users of the process may use.
      check(
          JCudaDriver.cuStreamCreate(handle, CUstream_flags.CU_STREAM_NON_BLOCKING),
          "cuStreamCreate");
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** The CUstream. */
  long address() {
    return Handles.number(handle);
  }

  /** Makes the device's context the thread's. */
  void enter() {
    device.enter();
  }

  /** The address of the scratch memory; kernels know how much they asked for. */
  long workspace() {
    return workspace == null ? 0 : workspace.address();
  }

  /** The same for JCuda. */
  Pointer workspacePointer() {
    return workspace == null ? nothing : workspace.block();
  }

  /** Size of the scratch memory. */
  long workspaceBytes() {
    return workspace == null ? 0 : workspace.bytes();
  }

  /** cuDNN and cuBLAS on this stream; made at the first use, which takes them a while. */
  StreamLibraries libraries() {
    StreamLibraries made = libraries;
    if (made == null) {
      made = device.pool().take();
      libraries = made;
      made.attach(handle);
    }
    return made;
  }

  /** Launches an instantiated graph. */
  void launch(CUgraphExec graph, String label) {
    device.enter();
    int status = device.calls().launchGraph(Handles.number(graph), address());
    if (status != CudaStatus.SUCCESS) {
      throw CudaStatus.failure(status, "cuGraphLaunch of '" + label + "' on " + device.id());
    }
  }

  @Override
  protected void await() {
    device.enter();
    check(JCudaDriver.cuStreamSynchronize(handle), "cuStreamSynchronize");
  }

  @Override
  protected void growWorkspace(long bytes) {
    CudaMemory grown = new CudaMemory(device, "workspace", bytes);
    if (workspace != null) {
      workspace.close();
    }
    workspace = grown;
  }

  @Override
  protected void enqueueWrite(MemorySegment source, DeviceBuffer target) {
    if (target.bytes() > 0) {
      device.enter();
      check(
          JCudaDriver.cuMemcpyHtoDAsync(
              CudaBuffer.pointer(target), pointer(source), target.bytes(), handle),
          "cuMemcpyHtoDAsync");
    }
  }

  @Override
  protected void enqueueRead(DeviceBuffer source, MemorySegment target) {
    if (source.bytes() > 0) {
      device.enter();
      check(
          JCudaDriver.cuMemcpyDtoHAsync(
              pointer(target), CudaBuffer.pointer(source), source.bytes(), handle),
          "cuMemcpyDtoHAsync");
    }
  }

  @Override
  protected void enqueueCopy(DeviceBuffer source, DeviceBuffer target) {
    if (source.bytes() > 0) {
      device.enter();
      check(
          JCudaDriver.cuMemcpyDtoDAsync(
              CudaBuffer.pointer(target), CudaBuffer.pointer(source), source.bytes(), handle),
          "cuMemcpyDtoDAsync");
    }
  }

  @Override
  protected void enqueueClear(DeviceBuffer target) {
    if (target.bytes() > 0) {
      device.enter();
      check(
          JCudaDriver.cuMemsetD8Async(CudaBuffer.pointer(target), (byte) 0, target.bytes(), handle),
          "cuMemsetD8Async");
    }
  }

  @Override
  protected Event enqueueEvent() {
    return new CudaEvent(device, handle);
  }

  @Override
  protected boolean capturesWork() {
    return true;
  }

  /** Captures in thread-local mode, so that other threads may allocate meanwhile. */
  @Override
  protected Replay capture(String label, Runnable body) {
    device.enter();
    check(
        JCudaDriver.cuStreamBeginCapture(
            handle, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL),
        "cuStreamBeginCapture");
    CUgraph captured = new CUgraph();
    try {
      body.run();
    } catch (RuntimeException | Error e) {
      // Whatever the answer: the stream leaves the capture, and what failed has been said.
      if (JCudaDriver.cuStreamEndCapture(handle, captured) == CudaStatus.SUCCESS) {
        JCudaDriver.cuGraphDestroy(captured);
      }
      throw e;
    }
    check(
        JCudaDriver.cuStreamEndCapture(handle, captured), "cuStreamEndCapture of '" + label + "'");
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
    // Uploaded now, so that the first launch is like the others.
    check(JCudaDriver.cuGraphUpload(graph, handle), "cuGraphUpload of '" + label + "'");
    return graph;
  }

  private static Pointer pointer(MemorySegment memory) {
    Pointer pointer = new Pointer();
    Handles.set(pointer, memory.address());
    return pointer;
  }

  private void check(int status, String call) {
    if (status != CudaStatus.SUCCESS) {
      throw CudaStatus.failure(status, call + " on " + device.id());
    }
  }

  @Override
  protected void release() {
    device.enter();
    JCudaDriver.cuStreamSynchronize(handle);
    if (libraries != null) {
      device.pool().giveBack(libraries);
      libraries = null;
    }
    JCudaDriver.cuStreamDestroy(handle);
    if (workspace != null) {
      workspace.close();
      workspace = null;
    }
  }
}
