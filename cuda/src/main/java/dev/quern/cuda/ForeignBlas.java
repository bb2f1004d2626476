package dev.quern.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.quern.core.DeviceException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import jcuda.jcublas.cublasStatus;

/**
 * cuBLAS as foreign functions, of any CUDA version: JCublas is linked to that of CUDA 12 by name.
 *
 * <p>Source: cuBLAS manual, 2.3 and 2.8; the signatures are those of {@code cublas_api.h}, of which
 * the names ending in {@code _v2} have been the only ones since CUDA 4.
 */
final class ForeignBlas implements Blas {
  private static final int SUCCESS = cublasStatus.CUBLAS_STATUS_SUCCESS;

  private final MethodHandle statusName;
  private final MethodHandle destroy;
  private final MethodHandle setStream;
  private final MethodHandle setWorkspace;
  private final MethodHandle product;
  private final MethodHandle products;
  private long handle;

  /**
   * Makes a handle for the current context.
   *
   * @throws DeviceException if cuBLAS refuses
   */
  ForeignBlas(SymbolLookup library) {
    Functions cublas = new Functions("cuBLAS", library);
    statusName = cublas.text("cublasGetStatusName");
    destroy = cublas.status("cublasDestroy_v2", JAVA_LONG);
    setStream = cublas.status("cublasSetStream_v2", JAVA_LONG, JAVA_LONG);
    setWorkspace = cublas.status("cublasSetWorkspace_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG);
    product = bindProduct(cublas);
    products = bindProducts(cublas);
    handle = create(cublas);
    try {
      setModes(cublas);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static MethodHandle bindProduct(Functions cublas) {
    return cublas.status(
        "cublasGemmEx",
        JAVA_LONG, // handle
        JAVA_INT, // op of the first factor
        JAVA_INT, // op of the second
        JAVA_INT, // m
        JAVA_INT, // n
        JAVA_INT, // k
        ADDRESS, // alpha
        JAVA_LONG, // first factor
        JAVA_INT, // its type
        JAVA_INT, // its leading dimension
        JAVA_LONG, // second factor
        JAVA_INT,
        JAVA_INT,
        ADDRESS, // beta
        JAVA_LONG, // result
        JAVA_INT,
        JAVA_INT,
        JAVA_INT, // compute type
        JAVA_INT); // algorithm
  }

  private static MethodHandle bindProducts(Functions cublas) {
    return cublas.status(
        "cublasGemmStridedBatchedEx",
        JAVA_LONG, // handle
        JAVA_INT, // op of the first factor
        JAVA_INT, // op of the second
        JAVA_INT, // m
        JAVA_INT, // n
        JAVA_INT, // k
        ADDRESS, // alpha
        JAVA_LONG, // first factor
        JAVA_INT, // its type
        JAVA_INT, // its leading dimension
        JAVA_LONG, // its stride
        JAVA_LONG, // second factor
        JAVA_INT,
        JAVA_INT,
        JAVA_LONG,
        ADDRESS, // beta
        JAVA_LONG, // result
        JAVA_INT,
        JAVA_INT,
        JAVA_LONG,
        JAVA_INT, // batch
        JAVA_INT, // compute type
        JAVA_INT); // algorithm
  }

  private long create(Functions cublas) {
    MethodHandle create = cublas.status("cublasCreate_v2", ADDRESS);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_LONG);
      check("cublasCreate", (int) create.invokeExact(out));
      return out.get(JAVA_LONG, 0);
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }

  private void setModes(Functions cublas) {
    MethodHandle setPointerMode = cublas.status("cublasSetPointerMode_v2", JAVA_LONG, JAVA_INT);
    MethodHandle setMathMode = cublas.status("cublasSetMathMode", JAVA_LONG, JAVA_INT);
    try {
      int pointerMode = (int) setPointerMode.invokeExact(handle, GemmCall.POINTER_MODE_HOST);
      check("cublasSetPointerMode", pointerMode);
      check("cublasSetMathMode", (int) setMathMode.invokeExact(handle, GemmCall.DEFAULT_MATH));
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }

  @Override
  public String implementation() {
    return "cublas:foreign";
  }

  @Override
  public void use(long stream, long workspace, long workspaceBytes) {
    try {
      check("cublasSetStream", (int) setStream.invokeExact(handle, stream));
      int status = (int) setWorkspace.invokeExact(handle, workspace, workspaceBytes);
      check("cublasSetWorkspace", status);
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }

  @Override
  public void run(GemmCall call, long a, long b, long c) {
    if (call.isEmpty()) {
      return;
    }
    try {
      int status = call.spec().batch() == 1 ? runOne(call, a, b, c) : runBatch(call, a, b, c);
      if (status != SUCCESS) {
        check(call.spec().describe(), status);
      }
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }

  private int runOne(GemmCall call, long a, long b, long c) throws Throwable {
    return (int)
        product.invokeExact(
            handle,
            call.opB(),
            call.opA(),
            call.spec().n(),
            call.spec().m(),
            call.spec().k(),
            call.alpha(),
            b,
            GemmCall.FLOAT,
            call.ldb(),
            a,
            GemmCall.FLOAT,
            call.lda(),
            call.beta(),
            c,
            GemmCall.FLOAT,
            call.ldc(),
            call.computeType(),
            GemmCall.DEFAULT_ALGORITHM);
  }

  private int runBatch(GemmCall call, long a, long b, long c) throws Throwable {
    return (int)
        products.invokeExact(
            handle,
            call.opB(),
            call.opA(),
            call.spec().n(),
            call.spec().m(),
            call.spec().k(),
            call.alpha(),
            b,
            GemmCall.FLOAT,
            call.ldb(),
            call.spec().strideB(),
            a,
            GemmCall.FLOAT,
            call.lda(),
            call.spec().strideA(),
            call.beta(),
            c,
            GemmCall.FLOAT,
            call.ldc(),
            call.spec().strideC(),
            call.spec().batch(),
            call.computeType(),
            GemmCall.DEFAULT_ALGORITHM);
  }

  @Override
  public void close() {
    if (handle != 0) {
      try {
        int ignored = (int) destroy.invokeExact(handle); // there is nothing to be done about it
      } catch (Throwable e) {
        throw Functions.unexpected(e);
      }
      handle = 0;
    }
  }

  private void check(String what, int status) {
    if (status != SUCCESS) {
      throw new DeviceException(
          "cuBLAS: " + what + " failed with " + Functions.name(statusName, status), null);
    }
  }
}
