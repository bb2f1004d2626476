package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.ComputeException;
import dev.quern.core.Device;
import dev.quern.train.data.DataSet;
import dev.quern.train.layers.Dense;
import dev.quern.train.optimizers.Optimizer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a model answers, and what it lets one see and change. */
class ModelTest {
  private final Network network = Sequential.of(Shape.flat(16), Dense.of(8).relu(), Dense.of(2));
  private final DataSet rows = Rows.halves(70, 16, 1);
  private Device device;
  private Model model;

  @BeforeEach
  void open() {
    device = Cpu.open();
    model = network.compile(device, Optimizer.adam(0.01), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1);
  }

  @AfterEach
  void close() {
    model.close();
    device.close();
  }

  @Test
  void predictionsAreProbabilities() {
    for (float[] row : model.predict(rows)) {
      assertThat(row).hasSize(2);
      assertThat(row[0] + row[1]).isBetween(1 - 1e-6f, 1 + 1e-6f);
    }
  }

  @Test
  void rowsWithoutAnswersArePredictedAsThoseWith() {
    byte[] pixels = rows.pixels(0, 70);
    assertThat(model.predict(DataSet.pictures("alone", pixels, 1, 1, 16)))
        .isDeepEqualTo(model.predict(rows));
    refused(
        () -> model.predict(DataSet.pictures("cut", pixels, 1, 1, 15)),
        "cut: rows of 1 x 1 x 15 must be whole, but there are 1120 bytes");
    refused(() -> model.predict(DataSet.pictures("flat", pixels, 1, 0, 16)), "are 1, 0 and 16");
  }

  @Test
  void whatIsLeftOutIsWhatKerasUsersLeaveOut() {
    Loss loss = Loss.SPARSE_CATEGORICAL_CROSSENTROPY;
    try (Model same = network.compile(device, Optimizer.adam(0.01), loss)) {
      assertThat(same.weight("dense/kernel")).isEqualTo(model.weight("dense/kernel"));
      assertThat(same.evaluate(rows)).isEqualTo(model.evaluate(rows, 128));
    }
  }

  @Test
  void aClosedModelSaysThatItIsTheModel() {
    model.close();
    List<Runnable> uses =
        List.of(
            () -> model.fit(rows, Fit.epochs(1)),
            () -> model.evaluate(rows),
            () -> model.predict(rows),
            () -> model.weight("dense/bias"),
            () -> model.saveWeights(Path.of("never-written")));
    assertThat(uses)
        .allSatisfy(
            use ->
                assertThatThrownBy(use::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("the model is closed"));
  }

  @Test
  void weightsCanBeReadAndReplacedInKerasOrder() {
    float[] values = new float[16 * 8];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    model.setWeight("dense/kernel", values);
    assertThat(model.weight("dense/kernel")).isEqualTo(values);
    assertThat(model.weightShape("dense/kernel")).containsExactly(16, 8);
    assertThat(model.weightNames())
        .containsExactly("dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias");
  }

  private static void refused(Runnable body, String part) {
    assertThatThrownBy(body::run).isInstanceOf(ComputeException.class).hasMessageContaining(part);
  }
}
