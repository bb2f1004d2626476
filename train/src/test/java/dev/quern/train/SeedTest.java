package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.Device;
import dev.quern.train.data.DataSet;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.Dropout;
import dev.quern.train.layers.Flatten;
import dev.quern.train.layers.MaxPooling2D;
import dev.quern.train.optimizers.Optimizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The same seed gives the same bytes; another seed other ones. */
class SeedTest {
  private final Network network =
      Sequential.of(
          new Shape(8, 8, 1),
          Conv2D.of(4, 3, 3).relu(),
          MaxPooling2D.of(2, 2),
          Dropout.of(0.25),
          Flatten.of(),
          Dense.of(16).relu(),
          Dropout.of(0.5),
          Dense.of(4));
  private final DataSet rows = Rows.random(network, 70, 5);

  /** Everything that training gives: all weights and all losses. */
  private List<Object> train(long seed, Optimizer optimizer) {
    try (Device device = Cpu.open();
        Model model =
            network.compile(device, optimizer, Loss.SPARSE_CATEGORICAL_CROSSENTROPY, seed)) {
      List<Object> result = new ArrayList<>();
      Fit settings = Fit.epochs(3).batch(16).validation(rows.subset(0, 30));
      for (History.Epoch epoch : model.fit(rows, settings).epochs()) {
        result.add(epoch.loss());
        result.add(epoch.accuracy());
        result.add(String.valueOf(epoch.validation()));
      }
      for (String name : model.weightNames()) {
        for (float value : model.weight(name)) {
          result.add(Float.floatToRawIntBits(value));
        }
      }
      return result;
    }
  }

  @Test
  void sameSeedSameBytesWithAdam() {
    assertThat(train(1, Optimizer.adam())).isEqualTo(train(1, Optimizer.adam()));
  }

  @Test
  void sameSeedSameBytesWithMomentum() {
    Optimizer momentum = Optimizer.sgd(0.05, 0.9, true);
    assertThat(train(2, momentum)).isEqualTo(train(2, momentum));
  }

  @Test
  void anotherSeedGivesAnotherModel() {
    assertThat(train(1, Optimizer.adam())).isNotEqualTo(train(2, Optimizer.adam()));
  }

  /**
   * With learning rate 0 the gradient left behind is that of the last batch: other rows each time.
   */
  @Test
  void everyEpochHasAnOrderOfItsOwn() {
    Network small = Sequential.of(Shape.flat(6), Dense.of(3));
    DataSet data = Rows.random(small, 40, 6);
    Set<List<Float>> gradients = new HashSet<>();
    try (Device device = Cpu.open();
        Model model =
            small.compile(device, Optimizer.sgd(0), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1)) {
      Callback listener =
          new Callback() {
            @Override
            public void epochEnds(int epoch, History.Epoch result) {
              List<Float> gradient = new ArrayList<>();
              for (float value : model.gradient("dense/kernel")) {
                gradient.add(value);
              }
              gradients.add(gradient);
            }
          };
      model.fit(data, Fit.epochs(3).batch(4).callbacks(listener));
      model.fit(data, Fit.epochs(3).batch(4).callbacks(listener));
    }
    assertThat(gradients).hasSize(6);
  }

  /** Order, masks and the optimizer's state go on from one fit to the next. */
  @Test
  void twoFitsAreOneLongerFit() {
    try (Device device = Cpu.open();
        Model once =
            network.compile(device, Optimizer.adam(), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 3);
        Model twice =
            network.compile(device, Optimizer.adam(), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 3)) {
      once.fit(rows, Fit.epochs(4).batch(16));
      twice.fit(rows, Fit.epochs(1).batch(16));
      twice.fit(rows, Fit.epochs(3).batch(16));
      for (String name : once.weightNames()) {
        assertThat(twice.weight(name)).as(name).isEqualTo(once.weight(name));
      }
    }
  }

  /** Seeds that differ in their high half alone are different seeds. */
  @Test
  void allBitsOfTheSeedCount() {
    assertThat(train(1, Optimizer.adam())).isNotEqualTo(train(1L << 40 | 1, Optimizer.adam()));
  }

  @Test
  void initialWeightsAreGlorotUniformAndBiasesZero() {
    Network wide =
        Sequential.of(new Shape(5, 5, 8), Conv2D.of(64, 3, 3), Flatten.of(), Dense.of(10));
    try (Device device = Cpu.open();
        Model model =
            wide.compile(device, Optimizer.adam(), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1)) {
      requireUniform(model.weight("conv2d/kernel"), Math.sqrt(6.0 / (9 * 8 + 9 * 64)));
      requireUniform(model.weight("dense/kernel"), Math.sqrt(6.0 / (576 + 10)));
      assertThat(model.weight("conv2d/bias")).containsOnly(0);
      assertThat(model.weight("dense/bias")).containsOnly(0);
    }
  }

  /**
   * Inside the limit, close to it at both ends, mean and spread those of a uniform distribution.
   */
  private static void requireUniform(float[] values, double limit) {
    double sum = 0;
    double squares = 0;
    double least = 0;
    double most = 0;
    for (float value : values) {
      sum += value;
      squares += (double) value * value;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    int n = values.length;
    double deviation = limit / Math.sqrt(3);
    assertThat(most).isBetween(0.99 * limit, limit);
    assertThat(least).isBetween(-limit, -0.99 * limit);
    // Five standard errors of the mean, and of the mean square (variance 4/45 limit^4).
    assertThat(Math.abs(sum / n)).isLessThan(5 * deviation / Math.sqrt(n));
    double squareError = 5 * Math.sqrt(4.0 / 45) * limit * limit / Math.sqrt(n);
    assertThat(squares / n)
        .isBetween(deviation * deviation - squareError, deviation * deviation + squareError);
  }
}
