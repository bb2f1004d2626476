package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.quern.core.AvailableDevice;
import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.train.Fit;
import dev.quern.train.History;
import dev.quern.train.Loss;
import dev.quern.train.Model;
import dev.quern.train.data.DataSet;
import dev.quern.train.data.Mnist;
import dev.quern.train.data.SyntheticDigits;
import dev.quern.train.data.SyntheticShapes;
import dev.quern.train.optimizers.Optimizer;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the programs to copy from train, for a few steps: every device gets where the CPU does. */
final class SameExamplesTest {
  /** Of a loss: rounding, and now and then a ReLU that rounding opens or shuts. */
  private static final double ALLOWED = 1e-3;

  private static Device cpu;

  @BeforeAll
  static void open() {
    cpu = Detection.detect("cpu").require("cpu").open();
  }

  @AfterAll
  static void close() {
    cpu.close();
  }

  @Test
  void shapesAreLearntAlike() {
    double want = lossOfShapes(cpu);
    for (AvailableDevice other : OtherDevices.all()) {
      try (Device device = other.open()) {
        assertThat(lossOfShapes(device))
            .as("loss on %s", other.info().id())
            .isCloseTo(want, within(ALLOWED));
      }
    }
  }

  /** After three steps, the last one of four pictures. */
  private static double lossOfShapes(Device device) {
    DataSet shapes = SyntheticShapes.draw(20, 1);
    try (Model model =
        ColouredShapes.network()
            .compile(device, Optimizer.adam(), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1)) {
      History history = model.fit(shapes, Fit.epochs(1).batch(8));
      assertThat(history.epochs()).hasSize(1);
      return model.evaluate(shapes, 8).loss();
    }
  }

  @Test
  void whatWasLearnedIsTransferredAlike() throws IOException {
    Mnist drawn = new Mnist(SyntheticDigits.draw(160, 1), SyntheticDigits.draw(100, 2));
    double[] want = TransferLearning.accuracies(cpu, drawn, 1, 1);
    for (AvailableDevice other : OtherDevices.all()) {
      try (Device device = other.open()) {
        assertThat(TransferLearning.accuracies(device, drawn, 1, 1))
            .as("accuracies on %s", other.info().id())
            .containsExactly(want, within(0.021)); // one of some fifty pictures may be a tie
      }
    }
  }
}
