package dev.quern.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.quern.kernels.Gemm;
import dev.quern.kernels.Precision;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jcuda.cudaDataType;
import jcuda.jcublas.cublasComputeType;
import jcuda.jcublas.cublasGemmAlgo;
import jcuda.jcublas.cublasMath;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasPointerMode;

/**
 * A product as cuBLAS wants it, made once and run often.
 *
 * <p>cuBLAS is column-major: our C [m, n] with rows ldc apart is its C' [n, m] with columns ldc
 * apart. So it computes {@code C' = op(B)' op(A)'}, which takes A and B as they lie: operands and
 * extents change places, transposes stay with their matrix.
 *
 * <p>The numbers are JCuda's constants, which the compiler copies; they are the same in CUDA 13.
 */
final class GemmCall {
  /** The type of all matrices. */
  static final int FLOAT = cudaDataType.CUDA_R_32F;

  /** cuBLAS chooses, the same for the same problem. */
  static final int DEFAULT_ALGORITHM = cublasGemmAlgo.CUBLAS_GEMM_DFALT;

  /** Alpha and beta lie on the host. */
  static final int POINTER_MODE_HOST = cublasPointerMode.CUBLAS_POINTER_MODE_HOST;

  /** The compute type alone decides on rounding. */
  static final int DEFAULT_MATH = cublasMath.CUBLAS_DEFAULT_MATH;

  private static final int OP_N = cublasOperation.CUBLAS_OP_N;
  private static final int OP_T = cublasOperation.CUBLAS_OP_T;

  /** At least 32 bits throughout; no tensor cores for FP32 (cuBLAS manual, cublasComputeType_t). */
  private static final int COMPUTE_32F = cublasComputeType.CUBLAS_COMPUTE_32F;

  private static final int COMPUTE_32F_FAST_TF32 = cublasComputeType.CUBLAS_COMPUTE_32F_FAST_TF32;

  private final Gemm.Spec spec;
  private final int computeType;

  /** On the host, and read when a product is enqueued. */
  private final MemorySegment alpha;

  private final MemorySegment beta;

  GemmCall(Gemm.Spec spec) {
    this.spec = spec;
    computeType = spec.precision() == Precision.TF32 ? COMPUTE_32F_FAST_TF32 : COMPUTE_32F;
    MemorySegment scalars = Arena.ofAuto().allocate(JAVA_FLOAT, 2);
    scalars.setAtIndex(JAVA_FLOAT, 0, spec.alpha());
    scalars.setAtIndex(JAVA_FLOAT, 1, spec.beta());
    alpha = scalars.asSlice(0, JAVA_FLOAT);
    beta = scalars.asSlice(JAVA_FLOAT.byteSize(), JAVA_FLOAT);
  }

  Gemm.Spec spec() {
    return spec;
  }

  /** Whether C has no elements, so that there is nothing to run. */
  boolean isEmpty() {
    return spec.m() == 0 || spec.n() == 0 || spec.batch() == 0;
  }

  /** A cublasComputeType_t. */
  int computeType() {
    return computeType;
  }

  /** A cublasOperation_t. */
  int opA() {
    return spec.transA() ? OP_T : OP_N;
  }

  /** A cublasOperation_t. */
  int opB() {
    return spec.transB() ? OP_T : OP_N;
  }

  /** At least 1, as cuBLAS has it even where k is 0. */
  int lda() {
    return Math.max(1, spec.lda());
  }

  int ldb() {
    return Math.max(1, spec.ldb());
  }

  int ldc() {
    return Math.max(1, spec.ldc());
  }

  MemorySegment alpha() {
    return alpha;
  }

  MemorySegment beta() {
    return beta;
  }
}
