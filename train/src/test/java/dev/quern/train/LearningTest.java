package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.Device;
import dev.quern.train.data.DataSet;
import dev.quern.train.data.SyntheticDigits;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.Dropout;
import dev.quern.train.layers.Flatten;
import dev.quern.train.layers.MaxPooling2D;
import dev.quern.train.optimizers.Optimizer;
import org.junit.jupiter.api.Test;

/** The whole of it: the MNIST network learns drawn digits. */
class LearningTest {
  /** Ten digits at random are 10 %; a broken gradient anywhere stays far below this. */
  private static final double GOAL = 0.95;

  @Test
  void theMnistNetworkLearnsDrawnDigits() {
    Network network =
        Sequential.of(
            new Shape(28, 28, 1),
            Conv2D.of(32, 3, 3).relu(),
            MaxPooling2D.of(2, 2),
            Conv2D.of(64, 3, 3).relu(),
            MaxPooling2D.of(2, 2),
            Flatten.of(),
            Dense.of(128).relu(),
            Dropout.of(0.25),
            Dense.of(10));
    DataSet train = SyntheticDigits.draw(3000, 1);
    DataSet test = SyntheticDigits.draw(1000, 2);
    try (Device device = Cpu.open();
        Model model =
            network.compile(device, Optimizer.adam(), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1)) {
      History history = model.fit(train, Fit.epochs(3).batch(32).validation(test));
      assertThat(model.evaluate(test, 250).accuracy())
          .as("%s", history.epochs())
          .isGreaterThan(GOAL);
    }
  }
}
