package dev.quern.cuda;

import jcuda.driver.CUstream;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnHandle;
import jcuda.runtime.cudaStream_t;

/** cuDNN's and cuBLAS's handles of one stream: a handle belongs to one thread at a time. */
final class StreamLibraries implements AutoCloseable {
  /** What cuBLAS recommends for Hopper (cuBLAS documentation, cublasSetWorkspace). */
  private static final long BLAS_WORKSPACE_BYTES = 32L << 20;

  private final cudnnHandle cudnn = new cudnnHandle();
  private final CudaMemory blasWorkspace;
  private final Blas blas;

  StreamLibraries(CudaDevice device, CUstream stream) {
    blasWorkspace = new CudaMemory(device, "workspace of cuBLAS", BLAS_WORKSPACE_BYTES);
    Blas made = null;
    try {
      CudnnStatus.check(JCudnn.cudnnCreate(cudnn), "cudnnCreate on " + device.id());
      CudnnStatus.check(JCudnn.cudnnSetStream(cudnn, new cudaStream_t(stream)), "cudnnSetStream");
      made = device.libraries().newBlas();
      made.use(Handles.number(stream), blasWorkspace.address(), BLAS_WORKSPACE_BYTES);
    } catch (RuntimeException e) {
      if (made != null) {
        made.close();
      }
      JCudnn.cudnnDestroy(cudnn);
      blasWorkspace.close();
      throw e;
    }
    blas = made;
  }

  cudnnHandle cudnn() {
    return cudnn;
  }

  Blas blas() {
    return blas;
  }

  @Override
  public void close() {
    blas.close();
    JCudnn.cudnnDestroy(cudnn);
    blasWorkspace.close();
  }
}
