package dev.quern.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.quern.core.BackendUnavailableException;
import dev.quern.core.DeviceException;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.Precision;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every foreign function gets its arguments in the right order and width: the libraries are stubs
 * that write down what they received. cuBLASLt has {@link BlasLtTest}.
 */
final class BindingsTest {
  private static final long MANY = 0x7fee_0000_1234L; // as device addresses are: beyond 32 bits

  @TempDir private Path folder;
  private final Arena arena = Arena.ofConfined();

  @BeforeEach
  void assumeGcc() {
    StubLibraries.assumeGcc();
  }

  @AfterEach
  void close() {
    arena.close();
  }

  private StubLibraries.Recording open(String soname, String source) {
    return StubLibraries.Recording.open(StubLibraries.build(folder, soname, source), arena);
  }

  private static void succeeds(int status) {
    if (status != DriverCalls.SUCCESS) {
      throw new AssertionError("status " + status);
    }
  }

  @Test
  void launchesOfTheDriver() {
    StubLibraries.Recording stub = open("libcuda.so.1", "driver.c");
    DriverCalls driver = new DriverCalls(stub.symbols());
    MemorySegment parameters = arena.allocate(ValueLayout.ADDRESS, 2);
    parameters.setAtIndex(ValueLayout.ADDRESS, 0, arena.allocateFrom(ValueLayout.JAVA_INT, -7));
    parameters.setAtIndex(ValueLayout.ADDRESS, 1, arena.allocateFrom(ValueLayout.JAVA_DOUBLE, 2.5));
    succeeds(driver.setCurrent(MANY));
    succeeds(driver.launchKernel(MANY, 1, 2, 3, 4, 5, 6, 7, MANY + 8, parameters));
    succeeds(driver.launchGraph(MANY + 1, MANY + 2));
    assertThat(stub.calls())
        .containsExactly(
            "cuCtxSetCurrent 0x7fee00001234",
            "cuLaunchKernel 0x7fee00001234 grid 1 2 3 block 4 5 6 shared 7 stream 0x7fee0000123c"
                + " first -7 second 2.5 extra (nil)",
            "cuGraphLaunch 0x7fee00001235 0x7fee00001236");
    stub.fail(719);
    assertThat(driver.launchGraph(1, 2)).isEqualTo(719);
  }

  @Test
  void copiesOfTheDriver() {
    StubLibraries.Recording stub = open("libcuda.so.1", "driver.c");
    DriverCalls driver = new DriverCalls(stub.symbols());
    MemorySegment host = arena.allocateFrom("text");
    long bytes = 0x2_0000_0003L;
    succeeds(driver.copyToDevice(MANY, host, bytes, 2));
    succeeds(driver.copyToHost(host, MANY, bytes, 3));
    assertThat(host.get(ValueLayout.JAVA_INT, 0)).isEqualTo(42);
    succeeds(driver.copyOnDevice(MANY, MANY + 16, bytes, 4));
    succeeds(driver.setBytes(MANY, (byte) 0xfe, bytes, 5));
    assertThat(stub.calls())
        .containsExactly(
            "cuMemcpyHtoDAsync 7fee00001234 'text' 8589934595 0x2",
            "cuMemcpyDtoHAsync 7fee00001234 8589934595 0x3",
            "cuMemcpyDtoDAsync 7fee00001234 7fee00001244 8589934595 0x4",
            "cuMemsetD8Async 7fee00001234 fe 8589934595 0x5");
  }

  @Test
  void statusesOfTheDriverHaveNames() {
    DriverCalls driver = new DriverCalls(open("libcuda.so.1", "driver.c").symbols());
    assertThat(driver.describe(100))
        .isEqualTo("CUDA_ERROR_NO_DEVICE (100): no CUDA-capable device is detected");
    assertThat(driver.describe(12345)).isEqualTo("CUresult (12345)");
  }

  @Test
  void aLibraryWithoutAFunctionIsRefused() {
    StubLibraries.Recording other = open("libcudnn.so.9", "cudnn.c");
    assertThatThrownBy(() -> new DriverCalls(other.symbols()))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessage("the CUDA driver has no function cuInit: it is not the library it seems");
  }

  static final Gemm.Spec ONE =
      Gemm.builder(3, 5, 7).transposed(true, false).leads(8, 9, 10).scale(1.5f, -2).build();

  private static final Gemm.Spec BATCH =
      Gemm.builder(3, 5, 7)
          .transposed(false, true)
          .batch(4, 1L << 33, 200, 300)
          .precision(Precision.TF32)
          .build();

  /** What both ways to cuBLAS must call for the same work. */
  static final List<String> BLAS_CALLS =
      List.of(
          "cublasCreate",
          "cublasSetPointerMode 0xabc 0",
          "cublasSetMathMode 0xabc 0",
          "cublasSetStream 0xabc 0x7fee00001234",
          "cublasSetWorkspace 0xabc 0x7fee00001334 8589934592",
          "cublasGemmEx 0xabc op 0 1 m 5 n 3 k 7 alpha 1.5 a 0x7fee00002000 type 0 ld 9 b"
              + " 0x7fee00001000 type 0 ld 8 beta -2 c 0x7fee00003000 type 0 ld 10 compute 68"
              + " algorithm -1",
          "cublasGemmStridedBatchedEx 0xabc op 1 0 m 5 n 3 k 7 alpha 1 a 0x7fee00002000 type 0 ld 7"
              + " stride 200 b 0x7fee00001000 type 0 ld 7 stride 8589934592 beta 0 c"
              + " 0x7fee00003000 type 0 ld 5 stride 300 batch 4 compute 77 algorithm -1",
          "cublasDestroy 0xabc");

  /** Does that work; also in the process that tries JCuda. */
  static void useBlas(Blas blas) {
    try (blas) {
      blas.use(MANY, MANY + 0x100, 1L << 33);
      for (Gemm.Spec spec : List.of(ONE, BATCH)) {
        blas.run(new GemmCall(spec), 0x7fee_0000_1000L, 0x7fee_0000_2000L, 0x7fee_0000_3000L);
      }
      blas.run(new GemmCall(Gemm.builder(0, 5, 7).build()), 1, 2, 3); // nothing to do
    }
    blas.close(); // once more does nothing
  }

  @Test
  void productsOfCublas() {
    StubLibraries.Recording stub = open("libcublas.so.12", "cublas.c");
    Blas blas = new ForeignBlas(stub.symbols());
    assertThat(blas.implementation()).isEqualTo("cublas:foreign");
    useBlas(blas);
    assertThat(stub.calls()).isEqualTo(BLAS_CALLS);
  }

  @Test
  void failuresOfCublasNameTheProductAndTheStatus() {
    StubLibraries.Recording stub = open("libcublas.so.12", "cublas.c");
    Blas blas = new ForeignBlas(stub.symbols());
    stub.fail(7);
    assertThatThrownBy(() -> blas.run(new GemmCall(ONE), 1, 2, 3))
        .isInstanceOf(DeviceException.class)
        .hasMessage(
            "cuBLAS: %s failed with CUBLAS_STATUS_INVALID_VALUE (7)".formatted(ONE.describe()));
    assertThatThrownBy(() -> blas.use(1, 2, 3))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("cublasSetStream failed");
    assertThatThrownBy(() -> new ForeignBlas(stub.symbols()))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("cublasCreate failed");
  }

  /** What runs in every step: measured when the compiler has seen it often enough. */
  @Test
  void hotCallsAllocateNothing() {
    DriverCalls driver = new DriverCalls(open("libcuda.so.1", "driver.c").symbols());
    Blas blas = new ForeignBlas(open("libcublas.so.12", "cublas.c").symbols());
    BlasLt lt = new BlasLt("cuda:0", open("libcublasLt.so.12", "cublaslt.c").symbols());
    BlasLt.Matmul matmul = lt.prepare(Gemm.builder(3, 5, 7).epilogue(Epilogue.BIAS).build(), 16, 0);
    MemorySegment host = arena.allocate(8);
    GemmCall one = new GemmCall(ONE);
    GemmCall batch = new GemmCall(BATCH);
    MemorySegment parameters = arena.allocate(ValueLayout.ADDRESS, 2);
    parameters.setAtIndex(ValueLayout.ADDRESS, 0, arena.allocate(8));
    parameters.setAtIndex(ValueLayout.ADDRESS, 1, arena.allocate(8));
    Runnable step =
        () -> {
          succeeds(driver.setCurrent(1));
          succeeds(driver.launchKernel(1, 2, 3, 4, 5, 6, 7, 8, 9, parameters));
          succeeds(driver.launchGraph(1, 2));
          succeeds(driver.copyToHost(host, 1, 0, 2));
          blas.run(one, 1, 2, 3);
          blas.run(batch, 1, 2, 3);
          matmul.run(1, 2, 3, 4, 5, 6);
          matmul.run(1, 2, 3, 5, 5, 6);
        };
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 20; i++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int j = 0; j < 500; j++) {
        step.run();
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(least).as("bytes allocated by 500 steps").isZero();
    matmul.close();
    lt.close();
    blas.close();
  }

  @Test
  void extentsOfNothingHaveLeadingDimensions() {
    GemmCall call = new GemmCall(Gemm.builder(2, 3, 0).build());
    assertThat(call.isEmpty()).isFalse(); // C becomes beta C
    assertThat(call.lda()).isEqualTo(1);
    assertThat(call.ldb()).isEqualTo(3);
  }

  @Test
  void programsOfNvrtc() throws Exception {
    StubLibraries.Recording stub = open("libnvrtc.so.12", "nvrtc.c");
    Nvrtc nvrtc = new Nvrtc(stub.symbols());
    assertThat(nvrtc.version()).isEqualTo("12.6");
    assertThat(nvrtc.architectures()).containsExactly(75, 80, 90);
    byte[] code = nvrtc.compile("good", "k.cu", 90, List.of("-DA=1", "-DB=\u00e4"));
    assertThat(new String(code, StandardCharsets.UTF_8))
        .isEqualTo("--gpu-architecture=sm_90 -DA=1 -DB=\u00e4 ");
    assertThat(stub.calls())
        .containsExactly(
            "create 'good' 'k.cu' 0 (nil) (nil)",
            "compile 0x99 3",
            "size of the cubin of 0x99",
            "cubin of 0x99",
            "destroy 0x99");
    assertThat(nvrtc.compile("good", "k.cu", 103, List.of()))
        .isEqualTo("--gpu-architecture=compute_90 \0".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void programsThatDoNotCompileGiveTheLogAndLeakNothing() {
    StubLibraries.Recording stub = open("libnvrtc.so.12", "nvrtc.c");
    Nvrtc nvrtc = new Nvrtc(stub.symbols());
    assertThatThrownBy(() -> nvrtc.compile("bad", "k.cu", 75, List.of()))
        .isInstanceOfSatisfying(
            Nvrtc.CompilationException.class,
            e -> assertThat(e.log()).isEqualTo("k.cu(1): error: bad\n1 error detected"))
        .hasMessage("k.cu does not compile: NVRTC_ERROR_COMPILATION (6)");
    assertThat(stub.calls())
        .containsExactly("create 'bad' 'k.cu' 0 (nil) (nil)", "compile 0x99 1", "destroy 0x99");
    assertThatThrownBy(() -> nvrtc.compile("broken", "k.cu", 75, List.of()))
        .isInstanceOf(DeviceException.class)
        .hasMessage(
            "NVRTC: compiling k.cu (nvrtc: error: failed to open libnvrtc-builtins) failed with"
                + " NVRTC_ERROR_OTHER (7)");
    assertThat(stub.calls()).last().isEqualTo("destroy 0x99");
    assertThatThrownBy(() -> nvrtc.compile("good", "k.cu", 70, List.of()))
        .isInstanceOf(DeviceException.class)
        .hasMessage("NVRTC 12.6 does not compile for compute capability 70");
  }
}
