package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.quern.core.Device;
import dev.quern.train.data.DataSet;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.Flatten;
import dev.quern.train.layers.MaxPooling2D;
import dev.quern.train.optimizers.Optimizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** 70 rows are 70 rows, however they are cut into batches. */
class PartialBatchTest {
  private static final long SEED = 3;
  private static final int ROWS = 70;

  /** Float32 sums in another order. */
  private static final double ROUNDING = 1e-6;

  private final Network network =
      Sequential.of(
          new Shape(6, 6, 1),
          Conv2D.of(3, 3, 3).relu(),
          MaxPooling2D.of(2, 2),
          Flatten.of(),
          Dense.of(4));
  private final DataSet rows = Rows.random(network, ROWS, 21);

  private Model compile(Device device, double learningRate) {
    return network.compile(
        device, Optimizer.sgd(learningRate), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, SEED);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 32, 69, 70, 71, 200})
  void everyBatchSizeMeasuresTheSame(int batch) {
    try (Device device = Cpu.open();
        Model model = compile(device, 0)) {
      DoubleNetwork truth = new DoubleNetwork(model, SEED);
      Evaluation measured = model.evaluate(rows, batch);
      assertThat(measured.loss()).isCloseTo(truth.loss(rows), within(ROUNDING));
      assertThat(measured.accuracy() * ROWS).isCloseTo(hits(truth), within(1e-9));
    }
  }

  private int hits(DoubleNetwork truth) {
    int hits = 0;
    for (int row = 0; row < ROWS; row++) {
      double[] p = truth.probabilities(rows, row);
      int best = 0;
      for (int i = 1; i < p.length; i++) {
        best = p[i] > p[best] ? i : best;
      }
      hits += best == rows.label(row) ? 1 : 0;
    }
    return hits;
  }

  /** With learning rate 0 an epoch only measures, and leaves the last batch's gradient behind. */
  @Test
  void theLastBatchIsTheMeanOverItsOwnRows() {
    try (Device device = Cpu.open();
        Model model = compile(device, 0);
        Model small = compile(device, 0)) {
      double loss = fit(model, rows, 32).loss();
      assertThat(loss).isCloseTo(new DoubleNetwork(model, SEED).loss(rows), within(ROUNDING));
      fit(small, rows.subset(64, ROWS), 6);
      for (String name : model.weightNames()) {
        float[] want = small.gradient(name);
        float[] got = model.gradient(name);
        for (int i = 0; i < want.length; i++) {
          assertThat((double) got[i]).as(name).isCloseTo(want[i], within(ROUNDING));
        }
      }
    }
  }

  /** Three updates by hand, each on the rows of its batch, and one epoch over all rows. */
  @Test
  void anEpochIsItsBatchesOneAfterTheOther() {
    try (Device device = Cpu.open();
        Model whole = compile(device, 0.1);
        Model parts = compile(device, 0.1)) {
      fit(whole, rows, 32);
      for (int from = 0; from < ROWS; from += 32) {
        DataSet batch = rows.subset(from, Math.min(ROWS, from + 32));
        fit(parts, batch, batch.count());
      }
      for (String name : whole.weightNames()) {
        float[] want = parts.weight(name);
        float[] got = whole.weight(name);
        for (int i = 0; i < want.length; i++) {
          assertThat((double) got[i]).as(name).isCloseTo(want[i], within(ROUNDING));
        }
      }
    }
  }

  private static History.Epoch fit(Model model, DataSet data, int batch) {
    return model.fit(data, Fit.epochs(1).batch(batch).shuffle(false)).epochs().get(0);
  }
}
