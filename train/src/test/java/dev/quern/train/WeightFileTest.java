package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.Device;
import dev.quern.train.data.DataException;
import dev.quern.train.data.DataSet;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.Flatten;
import dev.quern.train.optimizers.Optimizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights that go from one model to another through a file. */
class WeightFileTest {
  @TempDir private Path folder;

  private final Network network = network(4);
  private final DataSet rows = Rows.random(network, 20, 3);
  private Device device;
  private Model model;
  private Path file;

  private static Network network(int classes) {
    return Sequential.of(
        new Shape(6, 6, 2), Conv2D.of(3, 3, 3).relu(), Flatten.of(), Dense.of(classes));
  }

  private Model compile(Network of, long seed) {
    return of.compile(device, Optimizer.adam(), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, seed);
  }

  @BeforeEach
  void save() {
    device = Cpu.open();
    model = compile(network, 1);
    model.fit(rows, Fit.epochs(1));
    file = folder.resolve("model.safetensors");
    model.save(file);
  }

  @AfterEach
  void close() {
    model.close();
    device.close();
  }

  private static Map<String, float[]> weights(Model of) {
    Map<String, float[]> weights = new HashMap<>();
    of.weightNames().forEach(name -> weights.put(name, of.weight(name)));
    return weights;
  }

  @Test
  void aLoadedModelAnswersAsTheSavedOne() {
    try (Model other = compile(network.frozen("dense"), 2)) {
      assertThat(other.predict(rows)[0]).isNotEqualTo(model.predict(rows)[0]);
      other.load(file);
      assertThat(other.predict(rows)).isDeepEqualTo(model.predict(rows));
    }
  }

  @Test
  void anotherHeadKeepsItsOwnWeights() {
    try (Model other = compile(network(7), 2)) {
      float[] head = other.weight("dense/kernel");
      assertThat(other.loadMatching(file)).containsExactly("conv2d/kernel", "conv2d/bias");
      assertThat(other.weight("conv2d/kernel")).isEqualTo(model.weight("conv2d/kernel"));
      assertThat(other.weight("dense/kernel")).isEqualTo(head);
    }
  }

  @Test
  void namesMayBeLeftOut() {
    try (Model other = compile(network, 2)) {
      assertThat(other.loadMatching(file, name -> name.endsWith("/kernel")))
          .containsExactly("conv2d/kernel", "dense/kernel");
      assertThat(other.weight("dense/bias")).isNotEqualTo(model.weight("dense/bias"));
    }
  }

  @Test
  void whatDoesNotFitIsToldAndChangesNothing() throws IOException {
    try (Model wide = compile(network(7), 2)) {
      Map<String, float[]> before = weights(wide);
      refused(
          () -> wide.load(file),
          "weight 'dense/kernel' has shape [48, 4] there, but [48, 7] in the network;"
              + " loadMatching");
      assertThat(weights(wide)).usingRecursiveComparison().isEqualTo(before);
    }
    Network deeper =
        Sequential.of(
            new Shape(6, 6, 2), Conv2D.of(3, 3, 3), Flatten.of(), Dense.of(4), Dense.of(4));
    try (Model deep = compile(deeper, 1)) {
      refused(() -> deep.load(file), "there is no weight 'dense_1/kernel'", "conv2d/kernel");
      Path more = folder.resolve("more.safetensors");
      deep.save(more);
      refused(
          () -> model.load(more), "holds a weight 'dense_1/kernel'", "the network does not have");
    }
    Path cut = folder.resolve("cut.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(cut, Arrays.copyOf(bytes, bytes.length - 5));
    refused(() -> model.load(cut), cut.toString());
    refused(() -> model.loadMatching(cut), cut.toString());
    refused(() -> model.load(folder.resolve("none")), "there is no such file");
  }

  private static void refused(Runnable body, String... parts) {
    assertThatThrownBy(body::run).isInstanceOf(DataException.class).hasMessageContainingAll(parts);
  }
}
