package dev.quern.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * JCuda on stub libraries, in processes of its own, as a process loads its natives once. {@link
 * JCudaMain} is what they run.
 */
final class JCudaTest {
  private static final long MOST_SECONDS = 120;

  @TempDir private Path folder;

  @BeforeEach
  void assumeGcc() {
    StubLibraries.assumeGcc();
  }

  private void stubs(int cuda) {
    Path libraries = folder.resolve("libraries");
    StubLibraries.build(libraries, "libcuda.so.1", "driver.c");
    StubLibraries.build(libraries, "libcudnn.so.9", "cudnn.c", "-DCUDART=" + cuda * 1000);
    StubLibraries.build(libraries, "libcublasLt.so." + cuda, "cublaslt.c", "-DMAJOR=" + cuda);
    StubLibraries.build(libraries, "libcublas.so." + cuda, "cublas.c", "-DMAJOR=" + cuda);
    StubLibraries.build(libraries, "libnvrtc.so." + cuda, "nvrtc.c", "-DMAJOR=" + cuda);
  }

  private List<String> run(String... jvmOptions) throws IOException, InterruptedException {
    Path temporary = Files.createDirectories(folder.resolve("temporary"));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"));
    command.add("-Djava.io.tmpdir=" + temporary);
    command.add("-Dquern.cuda.libraries=" + folder.resolve("libraries"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(jvmOptions));
    command.add(JCudaMain.class.getName());
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().remove("JDK_JAVA_OPTIONS"); // which Java would mention
    Process process = builder.start();
    try {
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)).as("the process ends").isTrue();
      assertThat(process.exitValue()).as("exit code; output:%n%s", text).isZero();
      return text.lines().toList();
    } finally {
      process.destroyForcibly();
    }
  }

  private List<Path> leftBehind() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("temporary"))) {
      return files.filter(file -> !file.getFileName().toString().startsWith("hsperf")).toList();
    }
  }

  @Test
  void cublasThroughJCudaIsCalledAsItIsWithout() throws Exception {
    stubs(12);
    List<String> output = run();
    assertThat(output)
        .contains(
            "problem: null",
            "temporary: " + folder.resolve("temporary"),
            "JCuda     loaded",
            "cuDNN 9.5.1 for CUDA 12.0, cuBLAS 12.6.4, NVRTC 12.6, driver for CUDA 13.0",
            "blas: cublas",
            "allocated: 0",
            "cudnn: 90501",
            "stream: 0 7fee00001234",
            "cuStreamSynchronize 0x7fee00001234",
            "second: null")
        .containsSubsequence(BindingsTest.BLAS_CALLS)
        .contains(
            "dev.quern.core.DeviceException: cuBLAS: gemm/TNm3n5k7lda8ldb9ldc10alpha1.5beta-2.0"
                + " failed with CUBLAS_STATUS_INVALID_VALUE (7)");
  }

  /** Its natives are unpacked into a folder of their own, which is gone, and nowhere else. */
  @Test
  void nothingIsLeftBehind() throws Exception {
    stubs(12);
    Path temporary = Files.createDirectories(folder.resolve("temporary"));
    Path planted = temporary.resolve("libJCudaDriver-12.6.0-linux-x86_64.so");
    Files.writeString(planted, "what someone else has put there");
    List<String> mapped = run().stream().filter(line -> line.startsWith("mapped: ")).toList();
    assertThat(mapped)
        .anyMatch(line -> line.contains("libJCudaDriver"))
        .anyMatch(line -> line.contains("libJCudnn"))
        .anyMatch(line -> line.contains("libJCublas2"))
        .allMatch(line -> line.startsWith("mapped: " + temporary + "/quern-jcuda"))
        .allMatch(line -> line.endsWith(" (deleted)"));
    assertThat(leftBehind()).containsExactly(planted);
  }

  @Test
  void cublasOfAnotherCudaIsReachedWithoutJCublas() throws Exception {
    stubs(13);
    assertThat(run())
        .contains("problem: null", "blas: cublas:foreign", "cudnn: 90501")
        .containsSubsequence(BindingsTest.BLAS_CALLS)
        .noneMatch(line -> line.contains("JCublas"));
    assertThat(leftBehind()).isEmpty();
  }

  @Test
  void cublasWithoutJCudaIfAsked() throws Exception {
    stubs(12);
    assertThat(run("-Dquern.cuda.blas=foreign"))
        .contains("problem: null", "blas: cublas:foreign")
        .containsSubsequence(BindingsTest.BLAS_CALLS);
  }

  @Test
  void nativesThatCannotBeUnpackedAreASentence() throws Exception {
    stubs(12);
    Path none = folder.resolve("nowhere");
    String problem =
        "JCuda's natives cannot be unpacked where java.io.tmpdir says:"
            + " java.nio.file.NoSuchFileException: "
            + none;
    assertThat(run("-Djava.io.tmpdir=" + none))
        .anyMatch(line -> line.startsWith("problem: " + problem))
        .anyMatch(line -> line.startsWith("again: " + problem))
        .contains("temporary: " + none, "JCuda     not loaded");
  }

  /** The class that could not load its library stays unusable, and the sentence the same. */
  @Test
  void nativesThatCannotBeLoadedAreASentence() throws Exception {
    stubs(12);
    List<String> classPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("jcudnn-natives"))
            .toList();
    List<String> output = run("-cp", String.join(File.pathSeparator, classPath));
    String problem = output.get(0).substring("problem: ".length());
    assertThat(problem).startsWith("JCuda's natives cannot be loaded: ").contains("JCudnn-12.6.0");
    assertThat(output).contains("again: " + problem, "JCuda     not loaded");
    assertThat(leftBehind()).isEmpty();
  }
}
