package dev.quern.cuda;

import jcuda.Pointer;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/**
 * One of the driver's streams with what work on it needs: scratch memory and libraries' handles.
 */
final class Lane implements AutoCloseable {
  private final CudaDevice device;
  private final CUstream handle = new CUstream();
  private final Pointer nothing = new Pointer();
  private @Nullable CudaMemory workspace;
  private @Nullable StreamLibraries libraries;

  Lane(CudaDevice device) {
    this.device = device;
    device.enter();
    // Non-blocking: independent of the default stream, which other users of the process may use.
    CudaStatus.check(
        JCudaDriver.cuStreamCreate(handle, CUstream_flags.CU_STREAM_NON_BLOCKING),
        "cuStreamCreate on " + device.id());
  }

  /** The CUstream. */
  CUstream handle() {
    return handle;
  }

  /** The address of the scratch memory, or 0. */
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

  /** Replaces the scratch memory, which nothing uses. */
  void growWorkspace(long bytes) {
    CudaMemory grown = new CudaMemory(device, "workspace", bytes);
    if (workspace != null) {
      workspace.close();
    }
    workspace = grown;
  }

  /** cuDNN and cuBLAS on this stream; made at the first use, which takes them a while. */
  StreamLibraries libraries() {
    StreamLibraries made = libraries;
    if (made == null) {
      made = device.pool().take();
      try {
        made.attach(handle);
      } catch (RuntimeException e) {
        device.pool().giveBack(made);
        throw e;
      }
      libraries = made;
    }
    return made;
  }

  @Override
  public void close() {
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
