package dev.quern.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.BackendUnavailableException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which libraries are taken, and the sentence for each way in which they cannot be. */
final class CudaLibrariesTest {
  private static final String PART = "libcudnn_engines_precompiled.so.9";

  @TempDir private Path root;
  private Arena arena = Arena.ofConfined();

  @BeforeEach
  void assumeGcc() {
    StubLibraries.assumeGcc();
  }

  @AfterEach
  void close() {
    arena.close();
  }

  private CudaLibraries open() {
    return open(Map.of());
  }

  /** Closes what was open before: the loader knows files by their path, whatever is in them now. */
  private CudaLibraries open(Map<String, String> environment) {
    arena.close();
    arena = Arena.ofConfined();
    return CudaLibraries.open(new LibrarySearch("/mine", environment, root), arena);
  }

  private Path build(String soname, String source, String... options) {
    return StubLibraries.build(root.resolve("mine"), soname, source, options);
  }

  private void driver(String... options) {
    build("libcuda.so.1", "driver.c", options);
  }

  private void cudnn(int cuda) {
    build("libcudnn.so.9", "cudnn.c", "-DCUDART=" + cuda * 1000);
  }

  private void toolkit(int cuda) {
    build("libcublasLt.so." + cuda, "cublaslt.c", "-DMAJOR=" + cuda);
    build("libcublas.so." + cuda, "cublas.c", "-DMAJOR=" + cuda);
    build("libnvrtc.so." + cuda, "nvrtc.c", "-DMAJOR=" + cuda);
  }

  /** The sentence, with names of files below the root. */
  private String problem(CudaLibraries libraries) {
    String problem = libraries.problem();
    assertThat(problem).isNotNull().doesNotContain("\n");
    assertThatThrownBy(libraries::require)
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessage(problem);
    return String.valueOf(problem).replace(root + "/", "");
  }

  /** Another file of that name: the one that is there may be mapped into this process. */
  private static void replace(Path file, byte[] content) throws IOException {
    Files.delete(file);
    Files.write(file, content);
  }

  private static void cut(Path file) throws IOException {
    byte[] whole = Files.readAllBytes(file);
    replace(file, Arrays.copyOf(whole, whole.length / 4));
  }

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
  void noDriver() {
    CudaLibraries libraries = open();
    assertThat(problem(libraries))
        .isEqualTo(
            "no NVIDIA driver: libcuda.so.1 is in none of the 0 folders that were looked into;"
                + " install NVIDIA's driver (for CUDA 12 version 525 or newer, for CUDA 13 version"
                + " 580), or start the container with --gpus all");
    assertThatThrownBy(libraries::major).isInstanceOf(BackendUnavailableException.class);
    assertThatThrownBy(libraries::nvrtc).isInstanceOf(BackendUnavailableException.class);
    assertThat(libraries.report())
        .contains("driver    not found; needed: libcuda.so.1 for CUDA 12 or newer");
  }

  @Test
  void aDriverWithoutADevice() {
    driver("-DINIT=100");
    cudnn(12);
    CudaLibraries libraries = open();
    assertThat(problem(libraries))
        .isEqualTo(
            "the NVIDIA driver (mine/libcuda.so.1) finds no device, cuInit gives"
                + " CUDA_ERROR_NO_DEVICE (100): no CUDA-capable device is detected: see whether"
                + " nvidia-smi lists a GPU, whether CUDA_VISIBLE_DEVICES hides it, and whether the"
                + " container was started with --gpus all");
    assertThat(libraries.report().toString().replace(root + "/", ""))
        .contains("cuDNN     found, but not opened: [mine/libcudnn.so.9]; needed: libcudnn.so.9");
  }

  @Test
  void aDriverThatDoesNotStart() {
    driver("-DINIT=802");
    assertThat(problem(open()))
        .startsWith(
            "the NVIDIA driver (mine/libcuda.so.1) does not start, cuInit gives"
                + " CUDA_ERROR_SYSTEM_NOT_READY (802): system not yet initialized: ");
  }

  @Test
  void somethingElseOfThatName() {
    build("libcuda.so.1", "nvrtc.c");
    assertThat(problem(open()))
        .isEqualTo("the CUDA driver has no function cuInit: it is not the library it seems");
  }

  @Test
  void noCudnn() {
    driver("-DVERSION=12040");
    assertThat(problem(open()))
        .isEqualTo(
            "cuDNN 9 (libcudnn.so.9) is in none of the 1 folders that were looked into: install it"
                + " (for example: python3 -m pip install nvidia-cudnn-cu12) or name its folder in"
                + " -Dquern.cuda.libraries");
  }

  @Test
  void onlyAnOlderCudnn() {
    driver();
    build("libcudnn.so.8", "cudnn.c");
    assertThat(problem(open()))
        .isEqualTo(
            "cuDNN 9 (libcudnn.so.9) is in none of the 1 folders that were looked into, cuDNN 8"
                + " is, but is too old (mine/libcudnn.so.8): install it (for example: python3 -m"
                + " pip install nvidia-cudnn-cu13) or name its folder in -Dquern.cuda.libraries");
  }

  @Test
  void aCudnnForAnotherCuda() {
    driver();
    cudnn(11);
    assertThat(problem(open()))
        .startsWith("mine/libcudnn.so.9 is for CUDA 11, but one for CUDA 12 or 13 is needed: ");
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
  void librariesThatAreCutShortAreNotOpened() throws IOException {
    driver();
    cudnn(12);
    toolkit(12);
    cut(root.resolve("mine/libcublasLt.so.12"));
    assertThat(problem(open()))
        .matches(
            "mine/libcublasLt.so.12 is cut short, to \\d+ bytes of at least \\d+: install it"
                + " again");
    cut(root.resolve("mine/libcudnn.so.9"));
    assertThat(problem(open()))
        .matches(
            "mine/libcudnn.so.9 is cut short, to \\d+ bytes of at least \\d+: install cuDNN again");
    cut(root.resolve("mine/libcuda.so.1"));
    assertThat(problem(open()))
        .matches(
            "mine/libcuda.so.1 is cut short, to \\d+ bytes of at least \\d+: install it again");
  }

  @Test
  void filesThatAreNoLibraries() throws IOException {
    driver();
    cudnn(12);
    toolkit(12);
    Path nvrtc = root.resolve("mine/libnvrtc.so.12");
    Files.writeString(
        nvrtc, "INPUT(libnvrtc.so.12.6) and some more text, as linker scripts have it");
    assertThat(problem(open())).isEqualTo("mine/libnvrtc.so.12 is no library: install it again");
    replace(nvrtc, new byte[0]);
    assertThat(problem(open())).isEqualTo("mine/libnvrtc.so.12 is empty: install it again");
    byte[] arm = Files.readAllBytes(root.resolve("mine/libcublas.so.12"));
    arm[18] = (byte) 183; // EM_AARCH64
    replace(nvrtc, arm);
    assertThat(problem(open()))
        .isEqualTo("mine/libnvrtc.so.12 is for another processor: install it again");
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
  void theLoaderSaysWhatElseIsMissing() {
    driver();
    cudnn(12);
    toolkit(12);
    Path away = StubLibraries.build(root.resolve("away"), "libaway.so.1", "cudnn.c");
    build("libnvrtc.so.12", "nvrtc.c", "-Wl,--no-as-needed", away.toString());
    assertThat(problem(open()))
        .startsWith("the loader cannot open mine/libnvrtc.so.12: libaway.so.1: cannot open shared")
        .endsWith(": install it again");
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
}
