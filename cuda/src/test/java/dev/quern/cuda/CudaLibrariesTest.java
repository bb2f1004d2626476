package dev.quern.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.BackendUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The sentence for each way in which libraries cannot be had; the choice is {@link LibrarySetTest}.
 */
final class CudaLibrariesTest extends OnFakeMachine {
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
}
