package dev.quern.jmh;

import dev.quern.core.ComputeException;
import dev.quern.cuda.CallCosts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Libraries of NVIDIA's names that do nothing, built by gcc into a folder that is gone at once. */
final class StubLibraries {
  private static final String SOURCE = "stub.c";
  private static final long MOST_SECONDS = 60;

  /** Each with a version of its name, which JCuda's natives ask for. */
  private static final List<String> NAMES =
      List.of(
          "libcuda.so.1",
          "libcudnn.so.9",
          "libcublasLt.so.12",
          "libcublas.so.12",
          "libnvrtc.so.12");

  private StubLibraries() {}

  /** Whether they can be built. */
  static boolean gccIsHere() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "gcc")));
  }

  /**
   * Refuses where they cannot be built.
   *
   * @throws ComputeException if so, saying what to install
   */
  static void requireGcc() {
    if (!gccIsHere()) {
      throw new ComputeException(
          "without a GPU, calls are timed on libraries that do nothing, which gcc builds, and gcc"
              + " is not on the path: install your system's package of it");
    }
  }

  /**
   * Builds and opens them, for the rest of the process.
   *
   * @throws ComputeException if they cannot be built
   */
  static CallCosts open() {
    requireGcc();
    try {
      Path folder = Files.createTempDirectory("quern-stubs");
      try {
        build(folder);
        System.setProperty("quern.cuda.libraries", folder.toString());
        return new CallCosts();
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new ComputeException("libraries that do nothing cannot be built: " + e, e);
    }
  }

  private static void build(Path folder) throws IOException {
    try (InputStream source = StubLibraries.class.getResourceAsStream(SOURCE)) {
      Files.copy(Objects.requireNonNull(source, SOURCE), folder.resolve(SOURCE));
    }
    for (String name : NAMES) {
      Path version = Files.writeString(folder.resolve("version"), name + " { *; };");
      gcc(
          folder,
          "-shared",
          "-fPIC",
          "-O2",
          "-Wl,-soname," + name + ",--version-script=" + version,
          "-o",
          name,
          SOURCE);
    }
  }

  private static void gcc(Path folder, String... arguments) throws IOException {
    Path log = folder.resolve("log");
    Process gcc =
        new ProcessBuilder(Stream.concat(Stream.of("gcc"), Stream.of(arguments)).toList())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      if (!gcc.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("gcc takes longer than " + MOST_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while gcc ran", e);
    } finally {
      gcc.destroyForcibly();
    }
    if (gcc.exitValue() != 0) {
      throw new IOException("gcc says " + Files.readString(log, StandardCharsets.UTF_8).strip());
    }
  }

  private static void delete(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.list(folder)) {
      files = found.toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
    Files.delete(folder);
  }
}
