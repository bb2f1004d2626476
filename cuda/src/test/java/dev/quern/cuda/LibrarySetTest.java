package dev.quern.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which cuDNN is taken, and that the others come in its CUDA version. */
final class LibrarySetTest extends OnFakeMachine {
  private static final String PART = "libcudnn_engines_precompiled.so.9";

  @Test
  void oneCompleteSetOfEitherCuda() {
    for (int cuda : new int[] {12, 13}) {
      driver();
      cudnn(cuda);
      toolkit(12);
      toolkit(13);
      CudaLibraries libraries = open();
      assertThat(libraries.problem()).isNull();
      assertThat(libraries.require().major()).isEqualTo(cuda);
      assertThat(libraries.versions())
          .isEqualTo(
              "cuDNN 9.5.1 for CUDA %d.0, cuBLAS %d.6.4, NVRTC %d.6, driver for CUDA 13.0"
                  .formatted(cuda, cuda, cuda));
      assertThat(libraries.nvrtc().version()).isEqualTo(cuda + ".6");
      assertThat(libraries.newBlas().implementation()).isEqualTo("cublas:foreign");
      libraries.newBlasLt("cuda:0").close();
      assertThat(libraries.driver().setCurrent(0)).isZero();
      assertThat(libraries.report())
          .extracting(line -> line.replace(root + "/", ""))
          .containsSubsequence(
              "driver    for CUDA 13.0, mine/libcuda.so.1; needed: libcuda.so.1 for CUDA 12 or"
                  + " newer",
              "cuDNN     9.5.1 for CUDA " + cuda + ".0, mine/libcudnn.so.9; needed: libcudnn.so.9",
              "looked in mine (quern.cuda.libraries)");
    }
  }

  @Test
  void aCudnnForAnotherCuda() {
    driver();
    cudnn(11);
    assertThat(problem(open()))
        .startsWith("mine/libcudnn.so.9 is for CUDA 11, but one for CUDA 12 or 13 is needed: ");
  }

  @Test
  void cublasOfAnotherCuda() {
    driver();
    cudnn(13);
    toolkit(12);
    assertThat(problem(open()))
        .isEqualTo(
            "mine/libcudnn.so.9 is for CUDA 13, but cuBLASLt of that version (libcublasLt.so.13) is"
                + " in none of the 1 folders that were looked into, only mine/libcublasLt.so.12:"
                + " install it (for example: python3 -m pip install nvidia-cublas) or name its"
                + " folder in -Dquern.cuda.libraries");
  }

  @Test
  void noNvrtc() throws IOException {
    driver();
    cudnn(12);
    toolkit(12);
    Files.delete(root.resolve("mine/libnvrtc.so.12"));
    assertThat(problem(open()))
        .isEqualTo(
            "mine/libcudnn.so.9 is for CUDA 12, but NVRTC of that version (libnvrtc.so.12) is in"
                + " none of the 1 folders that were looked into: install it (for example: python3"
                + " -m pip install nvidia-cuda-nvrtc-cu12) or name its folder in"
                + " -Dquern.cuda.libraries");
  }

  @Test
  void aBrokenLibraryGivesWayToTheNextPlace() throws IOException {
    driver();
    cudnn(12);
    toolkit(12);
    Path other = root.resolve("opt/other/lib64");
    StubLibraries.build(other, "libcublas.so.12", "cublas.c");
    StubLibraries.build(other, "libcublasLt.so.12", "cublaslt.c");
    cut(root.resolve("mine/libcublas.so.12"));
    CudaLibraries libraries = open(Map.of("CUDA_HOME", "/opt/other"));
    assertThat(libraries.problem()).isNull();
    // Both of one release, although the first place has a whole one, too.
    assertThat(libraries.report().toString())
        .contains("opt/other/lib64/libcublas.so.12", "opt/other/lib64/libcublasLt.so.12");
  }

  @Test
  void aCudnnWithoutItsParts() throws IOException {
    driver();
    build("libcudnn.so.9", "cudnn.c", "-DPART=\"libcudnn_ops.so\"");
    toolkit(12);
    assertThat(problem(open()))
        .isEqualTo(
            "mine/libcudnn.so.9 is incomplete, without libcudnn_ops.so beside it: install cuDNN"
                + " again");
    Path part = build("libcudnn_ops.so.9", "cudnn.c");
    assertThat(open().problem()).isNull();
    cut(part);
    assertThat(problem(open()))
        .startsWith(
            "mine/libcudnn.so.9 is incomplete, since mine/libcudnn_ops.so.9 is cut short, to ");
  }

  /** Says by its parts what it was built for, so that it need not be opened to know. */
  private Path tellingCudnn(String folder, int cuda) {
    Path place = root.resolve(folder);
    StubLibraries.build(place, PART, "cudnn.c", "-DLT=\"libcublasLt.so." + cuda + "\"");
    return StubLibraries.build(place, "libcudnn.so.9", "cudnn.c", "-DCUDART=" + cuda * 1000);
  }

  @Test
  void theFirstCudnnWithACompleteSetIsTaken() {
    driver();
    toolkit(12);
    tellingCudnn("mine", 13);
    tellingCudnn("opt/other/lib", 12);
    CudaLibraries libraries = open(Map.of("CUDA_HOME", "/opt/other"));
    assertThat(libraries.problem()).isNull();
    assertThat(libraries.major()).isEqualTo(12);
    assertThat(libraries.report().toString()).contains("opt/other/lib/libcudnn.so.9");
    assertThat(problem(open())).startsWith("mine/libcudnn.so.9 is for CUDA 13, but cuBLASLt");
  }

  @Test
  void allThatWasTriedIsSaid() {
    driver("-DVERSION=12040");
    tellingCudnn("mine", 13);
    tellingCudnn("opt/other/lib", 11);
    assertThat(problem(open(Map.of("CUDA_HOME", "/opt/other"))))
        .contains("mine/libcudnn.so.9 is for CUDA 13, but the driver supports CUDA 12.4 at most")
        .contains("; opt/other/lib/libcudnn.so.9 is for CUDA 11, but one for CUDA 12 or 13");
  }

  @Test
  void afterACudnnThatHadToBeOpenedNoOtherIs() {
    driver();
    toolkit(12);
    cudnn(13);
    tellingCudnn("opt/other/lib", 12);
    assertThat(problem(open(Map.of("CUDA_HOME", "/opt/other"))))
        .startsWith("mine/libcudnn.so.9 is for CUDA 13, but cuBLASLt")
        .doesNotContain("opt/other");
  }

  @Test
  void aCudnnThatContradictsItself() {
    driver();
    toolkit(12);
    build(PART, "cudnn.c", "-DLT=\"libcublasLt.so.12\"");
    cudnn(13);
    assertThat(problem(open()))
        .isEqualTo(
            "mine/libcudnn.so.9 is for CUDA 13, although a part of it asks for that of CUDA 12:"
                + " install it again");
  }

  @Test
  void aDriverThatIsTooOld() {
    driver("-DVERSION=12040");
    cudnn(13);
    toolkit(13);
    assertThat(problem(open()))
        .isEqualTo(
            "mine/libcudnn.so.9 is for CUDA 13, but the driver supports CUDA 12.4 at most: update"
                + " the driver (CUDA 12 needs 525 or newer, CUDA 13 needs 580), or install cuDNN"
                + " for an older CUDA");
  }
}
