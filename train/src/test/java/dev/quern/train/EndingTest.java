package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.quern.core.Device;
import dev.quern.core.SpecException;
import dev.quern.train.data.DataSet;
import dev.quern.train.layers.Activation;
import dev.quern.train.layers.Dense;
import dev.quern.train.optimizers.Optimizer;
import org.junit.jupiter.api.Test;

/**
 * A loss goes through its own softmax or sigmoid: it makes no difference whether the network ends
 * in it.
 */
class EndingTest {
  private static final Shape INPUT = Shape.flat(6);

  private final Network logits = Sequential.of(INPUT, Dense.of(5).relu(), Dense.of(3));
  private final DataSet rows = Rows.random(logits, 20, 4);

  private void requireSame(Network network) {
    requireSame(network, Loss.SPARSE_CATEGORICAL_CROSSENTROPY);
    requireSame(network, Loss.CATEGORICAL_CROSSENTROPY);
  }

  private void requireSame(Network network, Loss with) {
    try (Device device = Cpu.open();
        Model want = logits.compile(device, Optimizer.adam(), with, 2);
        Model got = network.compile(device, Optimizer.adam(), with, 2)) {
      double loss = want.fit(rows, Fit.epochs(2).batch(8)).epochs().get(1).loss();
      assertThat(got.fit(rows, Fit.epochs(2).batch(8)).epochs().get(1).loss()).isEqualTo(loss);
      assertThat(got.weight("dense_1/kernel")).isEqualTo(want.weight("dense_1/kernel"));
      assertThat(got.evaluate(rows, 7)).isEqualTo(want.evaluate(rows, 7));
      assertThat(got.predict(rows)).isDeepEqualTo(want.predict(rows));
      assertThat(got.network().entries().getLast()).isEqualTo(network.entries().getLast());
    }
  }

  @Test
  void softmaxBehindTheLastLayer() {
    requireSame(Sequential.of(INPUT, Dense.of(5).relu(), Dense.of(3).softmax()));
  }

  @Test
  void softmaxAsTheLastLayer() {
    requireSame(Sequential.of(INPUT, Dense.of(5).relu(), Dense.of(3), Activation.softmax()));
  }

  @Test
  void sigmoidWithBinaryCrossEntropy() {
    Network network = Sequential.of(INPUT, Dense.of(5).relu(), Dense.of(3).sigmoid());
    requireSame(network, Loss.BINARY_CROSSENTROPY);
  }

  @Test
  void theOtherFunctionIsRefused() {
    Network sigmoid = Sequential.of(INPUT, Dense.of(3).sigmoid());
    Network softmax = Sequential.of(INPUT, Dense.of(3).softmax());
    try (Device device = Cpu.open()) {
      assertThatThrownBy(
              () ->
                  sigmoid.compile(
                      device, Optimizer.adam(), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1))
          .isInstanceOf(SpecException.class)
          .hasMessage(
              "SPARSE_CATEGORICAL_CROSSENTROPY goes through a SOFTMAX by itself, but the network"
                  + " ends in a SIGMOID: take that away");
      assertThatThrownBy(
              () -> softmax.compile(device, Optimizer.adam(), Loss.BINARY_CROSSENTROPY, 1))
          .isInstanceOf(SpecException.class)
          .hasMessageContaining("ends in a SOFTMAX");
    }
  }

  /** Squares are taken of what the network gives, whatever it ends in. */
  @Test
  void squaredErrorsGoThroughNothing() {
    Network network = Sequential.of(INPUT, Dense.of(5).relu(), Dense.of(3).sigmoid());
    try (Device device = Cpu.open();
        Model model = network.compile(device, Optimizer.adam(), Loss.MEAN_SQUARED_ERROR, 2)) {
      DoubleNetwork truth = new DoubleNetwork(model, 2);
      float[][] predicted = model.predict(rows);
      for (int row = 0; row < rows.count(); row++) {
        for (int i = 0; i < 3; i++) {
          assertThat((double) predicted[row][i])
              .isBetween(0.0, 1.0)
              .isCloseTo(truth.outputs(rows, row)[i], within(1e-6));
        }
      }
    }
  }

  /** Another function at the end belongs to the network, and so does a softmax before the last. */
  @Test
  void whateverElseIsThereStays() {
    Network relu = Sequential.of(INPUT, Dense.of(3).relu());
    assertThat(relu.without(Ending.SOFTMAX).entries()).isEqualTo(relu.entries());
    Network inside = Sequential.of(INPUT, Dense.of(4).softmax(), Dense.of(3));
    assertThat(inside.without(Ending.SOFTMAX).entries()).isEqualTo(inside.entries());
  }
}
