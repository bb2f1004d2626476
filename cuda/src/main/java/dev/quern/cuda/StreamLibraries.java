package dev.quern.cuda;

import jcuda.driver.CUstream;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnHandle;
import jcuda.runtime.cudaStream_t;
import org.jspecify.annotations.Nullable;

/**
 * A handle of cuDNN and one of cuBLAS, for one stream at a time: they keep it, and are not shared.
 */
final class StreamLibraries implements AutoCloseable {
  /** What cuBLAS recommends for Hopper (cuBLAS documentation, cublasSetWorkspace). */
  private static final long BLAS_WORKSPACE_BYTES = 32L << 20;

  private final CudaDevice device;
  private final cudnnHandle cudnn = new cudnnHandle();
  private final Blas blas;
  private @Nullable CudaMemory workspace;

  StreamLibraries(CudaDevice device) {
    this.device = device;
    device.enter();
    CudnnStatus.check(JCudnn.cudnnCreate(cudnn), "cudnnCreate on " + device.id());
    try {
      blas = device.libraries().newBlas();
    } catch (RuntimeException | Error e) {
      JCudnn.cudnnDestroy(cudnn);
      throw e;
    }
  }

  /** Makes both work on a stream, with memory of their own: none is allocated later, in a graph. */
  void attach(CUstream stream) {
    device.enter();
    workspace = new CudaMemory(device, "workspace of cuBLAS", BLAS_WORKSPACE_BYTES);
    CudnnStatus.check(
        JCudnn.cudnnSetStream(cudnn, new cudaStream_t(stream)), "cudnnSetStream on " + device.id());
    blas.use(Handles.number(stream), workspace.address(), BLAS_WORKSPACE_BYTES);
  }

  /** Frees what the stream's use took. */
  void detach() {
    if (workspace != null) {
      workspace.close();
      workspace = null;
    }
  }

  cudnnHandle cudnn() {
    return cudnn;
  }

  Blas blas() {
    return blas;
  }

  @Override
  public void close() {
    detach();
    device.enter();
    blas.close();
    JCudnn.cudnnDestroy(cudnn);
  }
}
