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
import org.junit.jupiter.api.io.TempDir;

/** A machine that is a folder, with stub libraries in {@code /mine}, which the user has named. */
abstract class OnFakeMachine {
  @TempDir Path root;
  private Arena arena = Arena.ofConfined();

  @BeforeEach
  void assumeGcc() {
    StubLibraries.assumeGcc();
  }

  @AfterEach
  void close() {
    arena.close();
  }

  final CudaLibraries open() {
    return open(Map.of());
  }

  /** Closes what was open before: the loader knows files by their path, whatever is in them now. */
  final CudaLibraries open(Map<String, String> environment) {
    arena.close();
    arena = Arena.ofConfined();
    return CudaLibraries.open(new LibrarySearch("/mine", environment, root), arena);
  }

  final Path build(String soname, String source, String... options) {
    return StubLibraries.build(root.resolve("mine"), soname, source, options);
  }

  final void driver(String... options) {
    build("libcuda.so.1", "driver.c", options);
  }

  final void cudnn(int cuda) {
    build("libcudnn.so.9", "cudnn.c", "-DCUDART=" + cuda * 1000);
  }

  final void toolkit(int cuda) {
    build("libcublasLt.so." + cuda, "cublaslt.c", "-DMAJOR=" + cuda);
    build("libcublas.so." + cuda, "cublas.c", "-DMAJOR=" + cuda);
    build("libnvrtc.so." + cuda, "nvrtc.c", "-DMAJOR=" + cuda);
  }

  /** The sentence, with names of files below the root. */
  final String problem(CudaLibraries libraries) {
    String problem = libraries.problem();
    assertThat(problem).isNotNull().doesNotContain("\n");
    assertThatThrownBy(libraries::require)
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessage(problem);
    return String.valueOf(problem).replace(root + "/", "");
  }

  /** Another file of that name: the one that is there may be mapped into this process. */
  static void replace(Path file, byte[] content) throws IOException {
    Files.delete(file);
    Files.write(file, content);
  }

  static void cut(Path file) throws IOException {
    byte[] whole = Files.readAllBytes(file);
    replace(file, Arrays.copyOf(whole, whole.length / 4));
  }
}
