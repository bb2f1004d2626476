package dev.quern.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.DeviceException;
import dev.quern.core.UnsupportedSpecException;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.Precision;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How cuBLASLt is called, by a stub that writes it down. */
final class BlasLtTest {
  private static final long MANY = 0x7fee_0000_1000L;

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

  private StubLibraries.Recording open(String... options) {
    return StubLibraries.Recording.open(
        StubLibraries.build(folder, "libcublasLt.so.12", "cublaslt.c", options), arena);
  }

  /** Every object that was made, and no other, is destroyed. */
  private static void assertAllDestroyed(List<String> calls) {
    List<String> made =
        calls.stream().filter(c -> c.contains(" -> ")).map(c -> c.replace(" ->", "")).toList();
    assertThat(made).isNotEmpty();
    assertThat(calls.stream().filter(call -> call.endsWith(" destroyed")))
        .containsExactlyInAnyOrderElementsOf(made.stream().map(m -> m + " destroyed").toList());
  }

  private static final Gemm.Spec DENSE =
      Gemm.builder(3, 5, 7)
          .transposed(true, false)
          .leads(8, 9, 10)
          .scale(1.5f, -2)
          .epilogue(Epilogue.BIAS_RELU)
          .build();

  @Test
  void aProductWithBiasAndReluIsPrepared() {
    StubLibraries.Recording stub = open();
    try (BlasLt lt = new BlasLt("cuda:0", stub.symbols());
        BlasLt.Matmul matmul = lt.prepare(DENSE, 16, 1L << 33)) {
      assertThat(matmul.workspaceBytes()).isEqualTo(4096);
      assertThat(stub.calls())
          .containsExactly(
              "handle -> 101",
              "descriptor of compute 68 scale 0",
              "descriptor -> 102",
              "descriptor 102 3 = 0 of 4 bytes", // the first factor is B
              "descriptor 102 4 = 1 of 4 bytes",
              "descriptor 102 7 = 6 of 4 bytes",
              "layout of type 0 rows 3 columns 7 lead 8",
              "layout -> 103",
              "layout of type 0 rows 5 columns 7 lead 9",
              "layout -> 104",
              "layout of type 0 rows 5 columns 3 lead 10",
              "layout -> 105",
              "descriptor 102 8 = 16 of 8 bytes",
              "preference -> 106",
              "preference 106 1 = 8589934592 of 8 bytes",
              "preference 106 3 = 6 of 4 bytes",
              "preference 106 5 = 16 of 4 bytes",
              "preference 106 6 = 16 of 4 bytes",
              "preference 106 7 = 16 of 4 bytes",
              "preference 106 8 = 16 of 4 bytes",
              "heuristic 101 descriptor 102 a 104 b 103 c 105 d 105 preference 106 most 1",
              "preference 106 destroyed");
    }
  }

  @Test
  void aProductWithBiasAndReluRuns() {
    StubLibraries.Recording stub = open();
    try (BlasLt lt = new BlasLt("cuda:0", stub.symbols());
        BlasLt.Matmul matmul = lt.prepare(DENSE, 16, 1L << 33)) {
      stub.calls();
      matmul.run(9, MANY, MANY + 0x1000, MANY + 0x2000, MANY + 0x3000, MANY + 0x4000);
      matmul.run(9, MANY, MANY + 0x1000, MANY + 0x2000, MANY + 0x3000, MANY + 0x4000);
      String run =
          "matmul 101 descriptor 102 alpha 1.5 a 0x7fee00002000 104 b 0x7fee00001000 103 beta -2 c"
              + " 0x7fee00004000 105 d 0x7fee00004000 105 algorithm 777 workspace 0x7fee00005000"
              + " 4096 stream 0x9";
      String bias = "descriptor 102 8 = %d of 8 bytes".formatted(MANY + 0x2000);
      assertThat(stub.calls()).containsExactly(bias, run, run); // set where it is another one
    }
    assertThat(stub.calls())
        .containsExactly(
            "layout 103 destroyed",
            "layout 104 destroyed",
            "layout 105 destroyed",
            "descriptor 102 destroyed",
            "handle 101 destroyed");
  }

  @Test
  void aBatchOfProductsWithoutAnEnding() {
    StubLibraries.Recording stub = open();
    Gemm.Spec spec =
        Gemm.builder(3, 5, 7)
            .transposed(false, true)
            .batch(4, 1L << 33, 200, 300)
            .precision(Precision.TF32)
            .build();
    try (BlasLt lt = new BlasLt("cuda:0", stub.symbols())) {
      BlasLt.Matmul matmul = lt.prepare(spec, 256, 0);
      matmul.run(1, 2, 3, 4, 5, 6);
      matmul.close();
      matmul.close(); // once more does nothing
    }
    List<String> calls = stub.calls();
    assertThat(calls)
        .contains("descriptor of compute 77 scale 0", "descriptor 102 7 = 1 of 4 bytes")
        .containsSubsequence(
            "descriptor 102 3 = 1 of 4 bytes",
            "descriptor 102 4 = 0 of 4 bytes",
            "layout of type 0 rows 7 columns 3 lead 7",
            "layout 103 5 = 4 of 4 bytes",
            "layout 103 6 = 8589934592 of 8 bytes",
            "layout of type 0 rows 7 columns 5 lead 7",
            "layout 104 5 = 4 of 4 bytes",
            "layout 104 6 = 200 of 8 bytes",
            "layout of type 0 rows 5 columns 3 lead 5",
            "layout 105 6 = 300 of 8 bytes")
        .noneMatch(call -> call.startsWith("descriptor 102 8 "));
    assertAllDestroyed(calls);
  }

  @Test
  void endingsHaveTheirNumbers() {
    StubLibraries.Recording stub = open();
    try (BlasLt lt = new BlasLt("cuda:0", stub.symbols())) {
      for (Epilogue epilogue : Epilogue.values()) {
        lt.prepare(Gemm.builder(2, 2, 2).epilogue(epilogue).build(), 4, 0).close();
      }
    }
    List<String> calls = stub.calls();
    assertThat(calls.stream().filter(call -> call.matches("descriptor \\w+ 7 = .*")))
        .extracting(call -> call.replaceAll(".* = (\\d+) .*", "$1"))
        .containsExactly("1", "4", "2", "6"); // NONE, BIAS, RELU, BIAS_RELU
    assertAllDestroyed(calls);
  }

  @Test
  void whatTheLibraryDoesNotOfferIsSaid() {
    StubLibraries.Recording stub = open("-DNONE=1");
    Gemm.Spec spec = Gemm.builder(3, 5, 7).epilogue(Epilogue.BIAS).build();
    try (BlasLt lt = new BlasLt("cuda:0", stub.symbols())) {
      assertThatThrownBy(() -> lt.prepare(spec, 16, 0))
          .isInstanceOf(UnsupportedSpecException.class)
          .hasMessage(
              "cuda:0 does not offer gemm/NNm3n5k7+BIAS: cuBLASLt has no algorithm for it (epilogue"
                  + " 4)");
      assertThatThrownBy(() -> lt.prepare(Gemm.builder(3, 5, 0).build(), 16, 0))
          .isInstanceOf(UnsupportedSpecException.class)
          .hasMessageContaining("cuBLASLt needs matrices with elements");
    }
    assertAllDestroyed(stub.calls());
  }

  @Test
  void anAlgorithmOutOfOrderIsAFailure() {
    StubLibraries.Recording stub = open("-DSTATE=7");
    try (BlasLt lt = new BlasLt("cuda:0", stub.symbols())) {
      assertThatThrownBy(() -> lt.prepare(Gemm.builder(3, 5, 7).build(), 16, 0))
          .isInstanceOf(DeviceException.class)
          .hasMessage(
              "cuBLASLt: the algorithm for gemm/NNm3n5k7 failed with CUBLAS_STATUS_INVALID_VALUE"
                  + " (7)");
    }
    assertAllDestroyed(stub.calls());
  }

  @Test
  void failuresNameTheCall() {
    StubLibraries.Recording stub = open();
    BlasLt lt = new BlasLt("cuda:0", stub.symbols());
    BlasLt.Matmul matmul = lt.prepare(Gemm.builder(3, 5, 7).build(), 16, 0);
    stub.fail(7);
    assertThatThrownBy(() -> matmul.run(1, 2, 3, 4, 5, 6))
        .isInstanceOf(DeviceException.class)
        .hasMessage("cuBLASLt: gemm/NNm3n5k7 failed with CUBLAS_STATUS_INVALID_VALUE (7)");
    assertThatThrownBy(() -> lt.prepare(Gemm.builder(3, 5, 7).build(), 16, 0))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("cublasLtMatmulDescCreate failed");
    assertThatThrownBy(() -> new BlasLt("cuda:0", stub.symbols()))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("cublasLtCreate failed");
    matmul.close();
    lt.close();
  }
}
