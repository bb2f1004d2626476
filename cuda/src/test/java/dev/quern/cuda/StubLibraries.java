package dev.quern.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Libraries of the names that NVIDIA's have, built by gcc, which only write down their calls. */
final class StubLibraries {
  private static final long MOST_SECONDS = 60;
  private static final long MOST_TEXT_BYTES = 1 << 16;
  private static final List<String> SOURCES =
      List.of("recording.h", "driver.c", "cudnn.c", "cublas.c", "cublaslt.c", "nvrtc.c");

  private StubLibraries() {}

  /**
   * To be called by each test that needs a library, so that each is counted where it is left out.
   */
  static void assumeGcc() {
    boolean found =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "gcc")));
    assumeTrue(found, "NOT TESTED: gcc is not on the path");
  }

  /**
   * Builds a library. Its functions have a version of its name, as NVIDIA's have: JCuda's natives
   * are linked to that, and the loader ends a process that finds none.
   *
   * @param folder where it is put; made if need be
   * @param soname its file name, too
   * @param source one of the C files beside this class
   * @param options of gcc, for example macros
   */
  static Path build(Path folder, String soname, String source, String... options) {
    try {
      Path sources = Files.createDirectories(folder.resolve("sources"));
      for (String name : SOURCES) {
        try (InputStream content = StubLibraries.class.getResourceAsStream(name)) {
          assertThat(content).as(name).isNotNull();
          Files.copy(content, sources.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
      }
      Path library = folder.resolve(soname);
      Path versions = Files.writeString(sources.resolve("version"), soname + " { *; };");
      List<String> command = new ArrayList<>(List.of("gcc", "-shared", "-fPIC", "-w"));
      command.add("-Wl,-soname," + soname + ",--version-script=" + versions);
      command.addAll(List.of(options));
      command.addAll(List.of("-o", library.toString(), source));
      run(command, sources);
      return library;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError("gcc", e);
    }
  }

  private static void run(List<String> command, Path folder)
      throws IOException, InterruptedException {
    Path log = folder.resolve("log");
    Process gcc =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(gcc.waitFor(MOST_SECONDS, TimeUnit.SECONDS)).as("gcc ends").isTrue();
    assertThat(gcc.exitValue()).as("gcc says: " + Files.readString(log)).isZero();
  }

  /** A stub that is open, with what was called of it. */
  record Recording(SymbolLookup symbols) {

    @SuppressWarnings("restricted")
    static Recording open(Path library, Arena lifetime) {
      return new Recording(SymbolLookup.libraryLookup(library.toString(), lifetime));
    }

    /** The calls since this was asked last, a line each. */
    @SuppressWarnings("restricted")
    List<String> calls() {
      try {
        MemorySegment text =
            (MemorySegment)
                new Functions("stub", symbols)
                    .bind("recorded", FunctionDescriptor.of(ValueLayout.ADDRESS))
                    .invokeExact();
        String lines = text.reinterpret(MOST_TEXT_BYTES).getString(0, StandardCharsets.UTF_8);
        Linker.nativeLinker()
            .downcallHandle(symbols.findOrThrow("forget"), FunctionDescriptor.ofVoid())
            .invokeExact();
        return lines.lines().toList();
      } catch (Throwable e) {
        throw new AssertionError("the stub", e);
      }
    }

    /** Makes every call fail with a status, or succeed again with 0. */
    @SuppressWarnings("restricted")
    void fail(int status) {
      try {
        Linker.nativeLinker()
            .downcallHandle(
                symbols.findOrThrow("fail"), FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT))
            .invokeExact(status);
      } catch (Throwable e) {
        throw new AssertionError("the stub", e);
      }
    }
  }
}
