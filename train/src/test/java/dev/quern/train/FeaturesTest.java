package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.quern.core.Device;
import dev.quern.core.SpecException;
import dev.quern.train.data.DataSet;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.Flatten;
import dev.quern.train.optimizers.Optimizer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Data that are no pictures of bytes. */
class FeaturesTest {
  private final Network network =
      Sequential.of(new Shape(6, 5, 2), Conv2D.of(3, 3, 3).relu(), Flatten.of(), Dense.of(4));

  private static Model compile(Network network, Device device) {
    return network.compile(device, Optimizer.adam(), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1);
  }

  /** Pictures, and the numbers that a network gets for them, train to the same bits. */
  @Test
  void numbersTrainAsThePicturesThatTheyComeFrom() {
    DataSet pictures = Rows.random(network, 70, 8);
    DataSet numbers =
        DataSet.features("numbers", pictures.features(0, 70), 6, 5, 2)
            .labelled(pictures.labels(), 4);
    try (Device device = Cpu.open();
        Model a = compile(network, device);
        Model b = compile(network, device)) {
      Fit fit = Fit.epochs(2).batch(16);
      assertThat(b.fit(numbers.subset(0, 50), fit.validation(numbers.subset(50, 70))).epochs())
          .extracting(History.Epoch::loss, History.Epoch::validation)
          .isEqualTo(
              a
                  .fit(pictures.subset(0, 50), fit.validation(pictures.subset(50, 70)))
                  .epochs()
                  .stream()
                  .map(e -> tuple(e.loss(), e.validation()))
                  .toList());
      assertThat(b.predict(numbers)).isDeepEqualTo(a.predict(pictures));
    }
  }

  /** Which of two far-apart clouds a point is from; numbers of any size and sign. */
  @Test
  void rowsOfNumbersAreLearnt() {
    Random random = new Random(4);
    float[][] points = new float[200][3];
    int[] sides = new int[200];
    for (int i = 0; i < points.length; i++) {
      sides[i] = i % 2;
      for (int j = 0; j < 3; j++) {
        points[i][j] = (float) (random.nextGaussian() + (sides[i] == 0 ? -3 : 3));
      }
    }
    DataSet clouds = DataSet.features("clouds", points).labelled(sides);
    Network small = Sequential.of(Shape.flat(3), Dense.of(8).relu(), Dense.of(2));
    try (Device device = Cpu.open();
        Model model = compile(small, device)) {
      model.fit(clouds.split(0.25).train(), Fit.epochs(30).batch(16));
      assertThat(model.evaluate(clouds.split(0.25).validation(), 16).accuracy()).isEqualTo(1);
    }
  }

  @Test
  void targetsOfAnotherKindAreRefused() {
    DataSet regression = DataSet.features("r", new float[60], 6, 5, 2).withTargets(new float[4], 4);
    try (Device device = Cpu.open();
        Model model = compile(network, device)) {
      assertThatThrownBy(() -> model.fit(regression, Fit.epochs(1)))
          .isInstanceOf(SpecException.class)
          .hasMessageContainingAll("in up to 4 classes", "1 rows of (6, 5, 2) with targets of 4");
    }
  }

  @Test
  void withoutADeviceTheBestOneIsOpenedAndClosed() {
    Device device;
    try (Model model = network.compile(Optimizer.adam(), Loss.SPARSE_CATEGORICAL_CROSSENTROPY)) {
      device = model.device();
      assertThat(device.id()).isEqualTo("cpu");
      assertThat(model.fit(Rows.random(network, 8, 1), Fit.epochs(1)).epochs()).hasSize(1);
    }
    assertThatThrownBy(device::newStream).isInstanceOf(IllegalStateException.class);
  }
}
