package dev.quern.cuda;

import dev.quern.core.DeviceException;
import java.lang.ref.Reference;
import jcuda.Pointer;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasStatus;
import jcuda.runtime.cudaStream_t;

/**
 * cuBLAS of CUDA 12 through JCuda. The two products end in {@code _new} there: the others take a
 * cudaDataType where cuBLAS since CUDA 11 wants a compute type, and refuse those.
 *
 * <p>Scalars are in native memory: a {@code float[]} would cost half a microsecond a call, and JDK
 * 25.0.0 to 25.0.2 may move it meanwhile (JDK-8377811).
 */
final class JCublas implements Blas {
  private final cublasHandle handle = new cublasHandle();
  private boolean open;

  // Set anew for every call, so that calls allocate nothing.
  private final cudaStream_t stream = new cudaStream_t();
  private final Pointer workspace = new Pointer();
  private final Pointer alpha = new Pointer();
  private final Pointer beta = new Pointer();
  private final Pointer matrixA = new Pointer();
  private final Pointer matrixB = new Pointer();
  private final Pointer matrixC = new Pointer();

  /**
   * Makes a handle for the current context; {@link JCudaNatives} have been loaded.
   *
   * @throws DeviceException if cuBLAS refuses
   */
  JCublas() {
    check("cublasCreate", JCublas2.cublasCreate(handle));
    open = true;
    try {
      int status = JCublas2.cublasSetPointerMode(handle, GemmCall.POINTER_MODE_HOST);
      check("cublasSetPointerMode", status);
      check("cublasSetMathMode", JCublas2.cublasSetMathMode(handle, GemmCall.DEFAULT_MATH));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  @Override
  public String implementation() {
    return "cublas";
  }

  @Override
  public void use(long stream, long workspace, long workspaceBytes) {
    Handles.set(this.stream, stream);
    check("cublasSetStream", JCublas2.cublasSetStream(handle, this.stream));
    Handles.set(this.workspace, workspace);
    int status = JCublas2.cublasSetWorkspace(handle, this.workspace, workspaceBytes);
    check("cublasSetWorkspace", status);
  }

  @Override
  public void run(GemmCall call, long a, long b, long c) {
    if (call.isEmpty()) {
      return;
    }
    Handles.set(alpha, call.alpha().address());
    Handles.set(beta, call.beta().address());
    Handles.set(matrixA, a);
    Handles.set(matrixB, b);
    Handles.set(matrixC, c);
    int status;
    try {
      status = call.spec().batch() == 1 ? runOne(call) : runBatch(call);
    } finally {
      Reference.reachabilityFence(call); // which owns alpha and beta
    }
    if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
      check(call.spec().describe(), status);
    }
  }

  private int runOne(GemmCall call) {
    return JCublas2.cublasGemmEx_new(
        handle,
        call.opB(),
        call.opA(),
        call.spec().n(),
        call.spec().m(),
        call.spec().k(),
        alpha,
        matrixB,
        GemmCall.FLOAT,
        call.ldb(),
        matrixA,
        GemmCall.FLOAT,
        call.lda(),
        beta,
        matrixC,
        GemmCall.FLOAT,
        call.ldc(),
        call.computeType(),
        GemmCall.DEFAULT_ALGORITHM);
  }

  private int runBatch(GemmCall call) {
    return JCublas2.cublasGemmStridedBatchedEx_new(
        handle,
        call.opB(),
        call.opA(),
        call.spec().n(),
        call.spec().m(),
        call.spec().k(),
        alpha,
        matrixB,
        GemmCall.FLOAT,
        call.ldb(),
        call.spec().strideB(),
        matrixA,
        GemmCall.FLOAT,
        call.lda(),
        call.spec().strideA(),
        beta,
        matrixC,
        GemmCall.FLOAT,
        call.ldc(),
        call.spec().strideC(),
        call.spec().batch(),
        call.computeType(),
        GemmCall.DEFAULT_ALGORITHM);
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      int ignored = JCublas2.cublasDestroy(handle); // there is nothing to be done about it
    }
  }

  private static void check(String what, int status) {
    if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
      throw new DeviceException(
          "cuBLAS: "
              + what
              + " failed with "
              + cublasStatus.stringFor(status)
              + " ("
              + status
              + ")",
          null);
    }
  }
}
