package dev.quern.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.quern.core.DeviceException;
import dev.quern.core.UnsupportedSpecException;
import dev.quern.cuda.LtFunctions.Kind;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Gemm;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import jcuda.jcublas.cublasStatus;

/**
 * Matrix products by cuBLASLt, with the ending of the product fused, which plain cuBLAS cannot and
 * JCuda does not reach. One instance a context; products of several streams may run at once.
 *
 * <p>Source: cuBLAS manual, chapter 3. The manual's words for layouts are column-major; see {@link
 * GemmCall} for how ours become those.
 */
final class BlasLt implements AutoCloseable {
  private static final int SUCCESS = cublasStatus.CUBLAS_STATUS_SUCCESS;
  private static final int NOT_SUPPORTED = cublasStatus.CUBLAS_STATUS_NOT_SUPPORTED;

  // cublasLtEpilogue_t
  private static final int EPILOGUE_DEFAULT = 1;
  private static final int EPILOGUE_RELU = 2;
  private static final int EPILOGUE_BIAS = 4;
  private static final int EPILOGUE_RELU_BIAS = 6;

  // cublasLtMatmulDescAttributes_t
  private static final int DESC_TRANSA = 3;
  private static final int DESC_TRANSB = 4;
  private static final int DESC_EPILOGUE = 7;
  private static final int DESC_BIAS = 8;

  // cublasLtMatrixLayoutAttribute_t
  private static final int LAYOUT_BATCH_COUNT = 5;
  private static final int LAYOUT_STRIDE = 6;

  // cublasLtMatmulPreferenceAttributes_t: workspace, reductions, the alignments of A, B, C and D
  private static final int PREFERENCE_WORKSPACE = 1;
  private static final int PREFERENCE_REDUCTIONS = 3;
  private static final int[] PREFERENCE_ALIGNMENTS = {5, 6, 7, 8};

  /** Sums that are cut go through the workspace: added up in place, their order is left open. */
  private static final int REDUCTIONS_IN_WORKSPACE = 6; // not 1, CUBLASLT_REDUCTION_SCHEME_INPLACE

  // cublasLtMatmulHeuristicResult_t: 64 bytes of algorithm, then workspace bytes, then a status
  private static final long RESULT_BYTES = 96;
  private static final long RESULT_WORKSPACE = 64;
  private static final long RESULT_STATE = 72;

  private static final long ADDRESS_BYTES = 8;

  private final String device;
  private final LtFunctions functions;
  private long handle;

  /**
   * Makes a handle for the current context.
   *
   * @param device the id of the device, for messages
   * @throws DeviceException if the library refuses
   */
  BlasLt(String device, SymbolLookup library) {
    this.device = device;
    functions = new LtFunctions(library);
    handle = functions.create();
  }

  /**
   * Chooses the algorithm of a product with the epilogue of its spec.
   *
   * @param alignment in bytes, of every address that it will be run with
   * @param mostWorkspaceBytes how much workspace the algorithm may want
   * @throws UnsupportedSpecException if the library has no algorithm for it
   */
  Matmul prepare(Gemm.Spec spec, int alignment, long mostWorkspaceBytes) {
    GemmCall call = new GemmCall(spec);
    if (call.isEmpty() || spec.k() == 0) {
      throw new UnsupportedSpecException(device, spec, "cuBLASLt needs matrices with elements");
    }
    Matmul matmul = new Matmul(call, code(spec.epilogue()));
    try {
      matmul.describe();
      matmul.choose(alignment, mostWorkspaceBytes);
      return matmul;
    } catch (RuntimeException e) {
      matmul.close();
      throw e;
    }
  }

  private static int code(Epilogue epilogue) {
    return switch (epilogue) {
      case NONE -> EPILOGUE_DEFAULT;
      case BIAS -> EPILOGUE_BIAS;
      case RELU -> EPILOGUE_RELU;
      case BIAS_RELU -> EPILOGUE_RELU_BIAS;
    };
  }

  @Override
  public void close() {
    if (handle != 0) {
      functions.destroy(handle);
      handle = 0;
    }
  }

  /** A product with its algorithm; used by one thread at a time. */
  final class Matmul implements AutoCloseable {
    private final GemmCall call;
    private final int epilogue;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment result = arena.allocate(RESULT_BYTES, Long.BYTES);
    private final MemorySegment bias = arena.allocate(JAVA_LONG);
    private final LtFunctions lt = functions;
    private long descriptor;
    private long layoutA;
    private long layoutB;
    private long layoutC;

    private Matmul(GemmCall call, int epilogue) {
      this.call = call;
      this.epilogue = epilogue;
    }

    private void describe() {
      Gemm.Spec spec = call.spec();
      descriptor = lt.createDescriptor(call.computeType(), GemmCall.FLOAT);
      lt.set(Kind.DESCRIPTOR, descriptor, DESC_TRANSA, call.opB());
      lt.set(Kind.DESCRIPTOR, descriptor, DESC_TRANSB, call.opA());
      lt.set(Kind.DESCRIPTOR, descriptor, DESC_EPILOGUE, epilogue);
      layoutA =
          spec.transA()
              ? layout(spec.m(), spec.k(), call.lda(), spec.strideA())
              : layout(spec.k(), spec.m(), call.lda(), spec.strideA());
      layoutB =
          spec.transB()
              ? layout(spec.k(), spec.n(), call.ldb(), spec.strideB())
              : layout(spec.n(), spec.k(), call.ldb(), spec.strideB());
      layoutC = layout(spec.n(), spec.m(), call.ldc(), spec.strideC());
    }

    /** Rows and columns are column-major: a column of it is a row of ours. */
    private long layout(int rows, int columns, int lead, long stride) {
      long layout = lt.createLayout(GemmCall.FLOAT, rows, columns, lead);
      try {
        if (call.spec().batch() > 1) {
          lt.set(Kind.LAYOUT, layout, LAYOUT_BATCH_COUNT, call.spec().batch());
          lt.set(Kind.LAYOUT, layout, LAYOUT_STRIDE, stride);
        }
        return layout;
      } catch (RuntimeException e) {
        lt.destroy(Kind.LAYOUT, layout);
        throw e;
      }
    }

    private void choose(int alignment, long mostWorkspaceBytes) {
      if (usesBias()) {
        setBias(alignment); // no such address, but as well aligned as all that will come
      }
      long preference = lt.createPreference();
      try {
        lt.set(Kind.PREFERENCE, preference, PREFERENCE_WORKSPACE, mostWorkspaceBytes);
        lt.set(Kind.PREFERENCE, preference, PREFERENCE_REDUCTIONS, REDUCTIONS_IN_WORKSPACE);
        for (int attribute : PREFERENCE_ALIGNMENTS) {
          lt.set(Kind.PREFERENCE, preference, attribute, alignment);
        }
        MemorySegment count = arena.allocate(JAVA_INT);
        int status = heuristic(preference, count);
        boolean none = status == SUCCESS && count.get(JAVA_INT, 0) == 0;
        if (none || status == NOT_SUPPORTED) {
          throw new UnsupportedSpecException(
              device, call.spec(), "cuBLASLt has no algorithm for it (epilogue " + epilogue + ")");
        }
        lt.check("choosing an algorithm for " + call.spec().describe(), status);
        lt.check("the algorithm for " + call.spec().describe(), result.get(JAVA_INT, RESULT_STATE));
      } finally {
        lt.destroy(Kind.PREFERENCE, preference);
      }
    }

    private int heuristic(long preference, MemorySegment count) {
      try {
        return (int)
            lt.heuristic.invokeExact(
                handle,
                descriptor,
                layoutB,
                layoutA,
                layoutC,
                layoutC,
                preference,
                1,
                result,
                count);
      } catch (Throwable e) {
        throw Functions.unexpected(e);
      }
    }

    private boolean usesBias() {
      return epilogue != EPILOGUE_DEFAULT && epilogue != EPILOGUE_RELU;
    }

    /** The descriptor holds the address, so that it is set only where it is another one. */
    private void setBias(long address) {
      if (bias.get(JAVA_LONG, 0) == address) {
        return;
      }
      bias.set(JAVA_LONG, 0, address);
      try {
        int status = (int) lt.setDescriptor.invokeExact(descriptor, DESC_BIAS, bias, ADDRESS_BYTES);
        lt.check("setting the bias", status);
      } catch (Throwable e) {
        throw Functions.unexpected(e);
      }
    }

    /** Scratch that a run needs. */
    long workspaceBytes() {
      return result.get(JAVA_LONG, RESULT_WORKSPACE);
    }

    /**
     * Enqueues the product. Allocates nothing in Java.
     *
     * @param bias device address of the bias, read or written as prepared; ignored without one
     * @param workspace device address, aligned to 256 bytes
     */
    void run(long stream, long a, long b, long bias, long c, long workspace) {
      if (usesBias()) {
        setBias(bias);
      }
      long bytes = workspaceBytes();
      try {
        int status =
            (int)
                lt.matmul.invokeExact(
                    handle,
                    descriptor,
                    call.alpha(),
                    b,
                    layoutB,
                    a,
                    layoutA,
                    call.beta(),
                    c,
                    layoutC,
                    c,
                    layoutC,
                    result, // which begins with the algorithm
                    workspace,
                    bytes,
                    stream);
        if (status != SUCCESS) {
          lt.check(call.spec().describe(), status);
        }
      } catch (Throwable e) {
        throw Functions.unexpected(e);
      }
    }

    /** Frees everything. */
    @Override
    public void close() {
      if (arena.scope().isAlive()) {
        lt.destroy(Kind.LAYOUT, layoutA);
        lt.destroy(Kind.LAYOUT, layoutB);
        lt.destroy(Kind.LAYOUT, layoutC);
        lt.destroy(Kind.DESCRIPTOR, descriptor);
        arena.close();
      }
    }
  }
}
