package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.Device;
import dev.quern.train.data.DataSet;
import dev.quern.train.layers.Dense;
import dev.quern.train.optimizers.Optimizer;
import org.junit.jupiter.api.Test;

/** Answers compared with the right ones, on a network whose weights are chosen by hand. */
class MetricsTest {
  /** Passes its three pixels on: the brightest is the answer. */
  private static Model identity(Device device) {
    Model model =
        Sequential.of(Shape.flat(3), Dense.of(3))
            .compile(device, Optimizer.adam(), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1);
    model.setWeight("dense/kernel", new float[] {1, 0, 0, 0, 1, 0, 0, 0, 1});
    return model;
  }

  private static DataSet rows(int[] labels, int... pixels) {
    byte[] bytes = new byte[pixels.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) pixels[i];
    }
    return new DataSet("rows", bytes, labels, 1, 1, 3, 3);
  }

  @Test
  void countsWhatWasAnsweredWithWhat() {
    DataSet data =
        rows(new int[] {0, 1, 2, 2}, 200, 100, 0, 200, 100, 0, 0, 100, 200, 50, 250, 100);
    try (Device device = Cpu.open();
        Model model = identity(device)) {
      Metrics metrics = Metrics.of(model, data);
      assertThat(metrics.accuracy()).isEqualTo(0.5).isEqualTo(model.evaluate(data, 4).accuracy());
      assertThat(metrics.topK(2)).isEqualTo(1);
      assertThat(metrics.topK(9)).isEqualTo(1);
      assertThat(metrics.confusion()).isDeepEqualTo(new int[][] {{1, 0, 0}, {1, 0, 0}, {0, 1, 1}});
      assertThat(metrics.confusionTable().lines())
          .containsExactly(
              "right\\answer    0    1    2",
              "           0    1    0    0",
              "           1    1    0    0",
              "           2    0    1    1");
      assertThatThrownBy(() -> metrics.topK(0)).hasMessageContaining("k must be at least 1");
    }
  }

  @Test
  void aSingleOutputStandsForTwoClasses() {
    byte[] pixels = {0, (byte) 255, 0, (byte) 255};
    DataSet data = new DataSet("rows", pixels, new int[] {0, 1, 1, 1}, 1, 1, 1, 2);
    Network network = Sequential.of(Shape.flat(1), Dense.of(1).sigmoid());
    try (Device device = Cpu.open();
        Model model = network.compile(device, Optimizer.adam(), Loss.BINARY_CROSSENTROPY, 1)) {
      model.setWeight("dense/kernel", new float[] {1});
      model.setWeight("dense/bias", new float[] {-0.5f});
      Metrics metrics = Metrics.of(model, data);
      assertThat(metrics.accuracy()).isEqualTo(0.75).isEqualTo(model.evaluate(data, 4).accuracy());
      assertThat(metrics.confusion()).isDeepEqualTo(new int[][] {{1, 0}, {1, 2}});
    }
  }

  @Test
  void theFirstOfEqualClassesWinsAndNaNIsWrong() {
    DataSet equal = rows(new int[] {0, 1, 2}, 9, 9, 9, 9, 9, 9, 9, 9, 9);
    try (Device device = Cpu.open();
        Model model = identity(device)) {
      Metrics metrics = Metrics.of(model, equal);
      assertThat(metrics.accuracy()).isEqualTo(1.0 / 3);
      assertThat(metrics.topK(2)).isEqualTo(2.0 / 3);
      model.setWeight("dense/bias", new float[] {Float.NaN, Float.NaN, Float.NaN});
      assertThat(Metrics.of(model, equal).topK(3)).isZero();
    }
  }
}
