package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.Device;
import dev.quern.train.files.Safetensors;
import dev.quern.train.layers.Dense;
import dev.quern.train.optimizers.Optimizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are killed (SIGKILL) while they save. */
class KilledWriterTest {
  private static final int KILLS = 200;

  /** A few times what a save takes. */
  private static final int LONGEST_NANOS = 20_000_000;

  @TempDir private Path folder;

  /** Twice the same model, an epoch apart; large enough that a write can be caught half-way. */
  private void saveTwo(Path first, Path second) {
    Network network = Sequential.of(Shape.flat(16), Dense.of(8000).relu(), Dense.of(3));
    try (Device device = Cpu.open();
        Model model =
            network.compile(device, Optimizer.adam(), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1)) {
      for (Path file : List.of(first, second)) {
        model.fit(Rows.random(network, 32, 1), Fit.epochs(1));
        model.save(file);
      }
    }
  }

  private Process start(Path... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(SavingProcess.class.getName());
    Stream.of(arguments).map(Path::toString).forEach(command::add);
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private List<Path> temporaries(Path file) throws IOException {
    try (Stream<Path> files = Files.list(file.resolveSibling(""))) {
      return files.filter(path -> path.toString().endsWith(".tmp")).toList();
    }
  }

  @Test
  void aCompleteModelIsAlwaysThere() throws Exception {
    Path first = folder.resolve("first");
    Path second = folder.resolve("second");
    saveTwo(first, second);
    List<byte[]> whole = List.of(Files.readAllBytes(first), Files.readAllBytes(second));
    Path file = Files.createDirectory(folder.resolve("out")).resolve("model.safetensors");
    Files.write(file, whole.get(0));
    SplittableRandom random = new SplittableRandom(1);
    int halfWritten = 0;
    for (int i = 0; i < KILLS; i++) {
      Process process = start(file, first, second);
      try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
        assertThat(out.readLine()).isEqualTo("saving");
        TimeUnit.NANOSECONDS.sleep(random.nextInt(LONGEST_NANOS));
      } finally {
        process.destroyForcibly();
      }
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(Checkpoint.read(file).epochs()).isBetween(1, 2);
      byte[] there = Files.readAllBytes(file);
      assertThat(whole).as("kill %d", i).anySatisfy(one -> assertThat(there).isEqualTo(one));
      halfWritten = Math.max(halfWritten, temporaries(file).size());
    }
    assertThat(halfWritten).as("some were caught half-way, and removed later").isBetween(1, 100);
    for (Path left : temporaries(file)) {
      Files.setLastModifiedTime(left, FileTime.from(Instant.now().minusSeconds(60)));
    }
    Path other = file.resolveSibling(".other.1.a.tmp");
    Files.write(other, new byte[1]);
    Files.setLastModifiedTime(other, FileTime.from(Instant.now().minusSeconds(60)));
    Safetensors.write(file, List.of());
    assertThat(temporaries(file)).as("another file's is not touched").containsExactly(other);
  }
}
