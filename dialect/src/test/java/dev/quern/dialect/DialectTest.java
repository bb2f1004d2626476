package dev.quern.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every kernel is CUDA C++, too: nvcc compiles it without a warning, for old GPUs and new ones, for
 * which it needs none. What the kernels compute is tested by the backends.
 */
final class DialectTest {
  private static final long MOST_SECONDS = 120;

  /** The files of a program, and each set of macros that GPUs use it with. */
  private record Sources(List<String> files, List<List<String>> variants) {
    static Sources of(String files, String... variants) {
      return new Sources(
          List.of(files.split(" ")),
          Stream.of(variants).map(macros -> List.of(macros.split(" "))).toList());
    }
  }

  private static final List<Sources> PROGRAMS =
      List.of(
          Sources.of("relu.cl", "SPAN=1"),
          Sources.of("bias_add.cl", "SPAN=4"),
          Sources.of("batch_norm.cl", "SPAN=4"),
          Sources.of("dropout.cl", "SPAN=4"),
          Sources.of("augment.cl", "SPAN=8 GROUP=128"),
          Sources.of("update.cl", "SPAN=1"),
          Sources.of("rearrange.cl", "SPAN=1 BAND=1"),
          Sources.of("gather_batch.cl", "SPAN=1 ELEMENT=uchar", "SPAN=1 ELEMENT=float"),
          Sources.of("add.cl", "SPAN=1"),
          Sources.of("window.cl max_pool2d.cl", "SPAN=1 PAIRS=0", "SPAN=1 PAIRS=1"),
          Sources.of(
              "window.cl average_pool2d.cl", "GROUP_ITEMS=128 PAIRS=0", "GROUP_ITEMS=128 PAIRS=1"),
          Sources.of(
              "softmax.cl",
              "ROW_ITEMS=1 LOGARITHM=0",
              "ROW_ITEMS=128 LOGARITHM=0",
              "ROW_ITEMS=128 LOGARITHM=1"),
          Sources.of(
              "softmax.cl loss.cl softmax_cross_entropy.cl",
              "ROW_ITEMS=8 TOTAL_ITEMS=128 LOGARITHM=0",
              "ROW_ITEMS=1 TOTAL_ITEMS=128 LOGARITHM=0"),
          Sources.of(
              "softmax.cl loss.cl dense_loss.cl",
              "ROW_ITEMS=8 TOTAL_ITEMS=128 LOGARITHM=0 KIND=KIND_CATEGORICAL_CROSS_ENTROPY",
              "ROW_ITEMS=1 TOTAL_ITEMS=128 LOGARITHM=0 KIND=KIND_CATEGORICAL_CROSS_ENTROPY",
              "ROW_ITEMS=8 TOTAL_ITEMS=128 LOGARITHM=0 KIND=KIND_BINARY_CROSS_ENTROPY",
              "ROW_ITEMS=8 TOTAL_ITEMS=128 LOGARITHM=0 KIND=KIND_MEAN_SQUARED_ERROR"),
          Sources.of(
              "activation.cl",
              "SPAN=1 KIND=KIND_LEAKY_RELU",
              "SPAN=1 KIND=KIND_ELU",
              "SPAN=1 KIND=KIND_SIGMOID",
              "SPAN=1 KIND=KIND_TANH",
              "SPAN=1 KIND=KIND_SILU",
              "SPAN=1 KIND=KIND_GELU"),
          Sources.of("softmax.cl clip.cl", "SPAN=1 ROW_ITEMS=128 LOGARITHM=0"),
          Sources.of("clip_value.cl", "SPAN=1"),
          Sources.of(
              "product.cl",
              product(8, 16, 8, 0),
              product(8, 16, 8, 1),
              product(4, 16, 16, 1),
              product(2, 8, 16, 0)));

  @TempDir private Path folder;

  private static String product(int edge, int group, int steps, int linesOfA) {
    return "TILED=1 TILE_ROWS=%d TILE_VECTORS=%d GROUP_ROWS=%d GROUP_COLUMNS=%d STEPS=%d LINES_OF_A=%d"
        .formatted(edge, edge, group, group, steps, linesOfA);
  }

  @TestFactory
  Stream<DynamicTest> isCuda() {
    return PROGRAMS.stream()
        .flatMap(
            program ->
                program.variants().stream()
                    .map(
                        macros ->
                            dynamicTest(
                                program.files() + " " + macros,
                                () -> compile(program.files(), macros))));
  }

  private void compile(List<String> files, List<String> macros) throws Exception {
    Path found = nvcc();
    // Said by each program: a factory that gives up is not counted as a skip.
    Assumptions.assumeTrue(found != null, "NOT TESTED: nvcc is not on the path");
    Path nvcc = Objects.requireNonNull(found);
    Path source = folder.resolve("kernels.cu");
    Files.writeString(source, KernelSource.of(files.toArray(String[]::new)));
    Path target = folder.resolve("kernels.fatbin");
    List<String> command =
        new ArrayList<>(
            List.of(nvcc.toString(), "-x", "cu", "-fatbin", "-t", "2", "--Werror", "all-warnings"));
    for (String code : List.of("sm_75", "sm_90", newest(nvcc))) {
      command.add("-gencode=arch=" + code.replace("sm_", "compute_") + ",code=" + code);
    }
    macros.forEach(macro -> command.add("-D" + macro));
    command.addAll(List.of("-o", target.toString(), source.toString()));
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)).as("nvcc ends").isTrue();
    assertThat(process.exitValue()).as(() -> "nvcc says: " + read(log)).isZero();
    assertThat(target).isNotEmptyFile();
  }

  /** The newest GPU that this nvcc knows, for example {@code sm_121}. */
  private static String newest(Path nvcc) throws Exception {
    Process process = new ProcessBuilder(nvcc.toString(), "--list-gpu-code").start();
    try (BufferedReader lines = process.inputReader()) {
      return lines.lines().reduce((first, second) -> second).orElse("sm_90");
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static @Nullable Path nvcc() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .map(path -> Path.of(path, "nvcc"))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }

  @Test
  void noFileIsForgotten() throws IOException, URISyntaxException {
    URL dialect = KernelSource.class.getResource("source/dialect.h");
    assertThat(dialect).isNotNull();
    Set<String> tested =
        PROGRAMS.stream().flatMap(p -> p.files().stream()).collect(Collectors.toSet());
    try (Stream<Path> files = Files.list(Path.of(dialect.toURI()).resolveSibling("."))) {
      Set<String> there =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".cl"))
              .collect(Collectors.toCollection(TreeSet::new));
      assertThat(tested).containsExactlyInAnyOrderElementsOf(there);
    }
  }

  @Test
  void errorsNameTheFileAndItsLine() {
    String source = KernelSource.of("relu.cl", "update.cl");
    assertThat(source).contains("#line 1 \"relu.cl\"\n// Rect").contains("#line 1 \"update.cl\"");
    assertThatThrownBy(() -> KernelSource.of("nothing.cl"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nothing.cl");
  }
}
