package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.quern.core.Device;
import dev.quern.core.SpecException;
import dev.quern.train.data.DataSet;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Dense;
import dev.quern.train.optimizers.Optimizer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Losses against numbers: values, gradients, predictions, and what they refuse. */
class LossTest {
  private static final int ROWS = 11;
  private static final double ROUNDING = 1e-5;

  private final Network network = Sequential.of(Shape.flat(5), Dense.of(6).relu(), Dense.of(3));

  private static Model compile(Network network, Device device, Optimizer optimizer, Loss loss) {
    return network.compile(device, optimizer, loss, 7);
  }

  private static float[][] numbers(int rows, int columns, long seed) {
    Random random = new Random(seed);
    float[][] numbers = new float[rows][columns];
    for (float[] row : numbers) {
      for (int i = 0; i < columns; i++) {
        row[i] = random.nextFloat();
      }
    }
    return numbers;
  }

  private static DataSet rows() {
    return DataSet.features("rows", numbers(ROWS, 5, 1)).withTargets(numbers(ROWS, 3, 2));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SPARSE_CATEGORICAL_CROSSENTROPY")
  void valuesAndGradientsAreThoseOfTheFormula(Loss loss) {
    DataSet rows = rows();
    try (Device device = Cpu.open();
        Model model = compile(network, device, Optimizer.sgd(0), loss)) {
      DoubleNetwork truth = new DoubleNetwork(model, 7);
      double want = truth.loss(rows);
      for (int batch : new int[] {1, 4, ROWS, 20}) {
        assertThat(model.evaluate(rows, batch).loss()).isCloseTo(want, within(want * ROUNDING));
      }
      double measured = model.fit(rows, Fit.epochs(1).batch(20)).epochs().get(0).loss();
      assertThat(measured).isCloseTo(want, within(want * ROUNDING));
      truth
          .gradients(rows, -1)
          .forEach(
              (name, gradient) -> {
                float[] got = model.gradient(name);
                for (int i = 0; i < got.length; i++) {
                  assertThat((double) got[i]).as(name).isCloseTo(gradient[i], within(ROUNDING));
                }
              });
    }
  }

  @Test
  void predictionsAreWhatTheLossCompares() {
    DataSet rows = rows();
    try (Device device = Cpu.open();
        Model squares = compile(network, device, Optimizer.sgd(0), Loss.MEAN_SQUARED_ERROR);
        Model binary = compile(network, device, Optimizer.sgd(0), Loss.BINARY_CROSSENTROPY)) {
      float[][] numbers = squares.predict(rows);
      float[][] shares = binary.predict(rows);
      for (int row = 0; row < ROWS; row++) {
        double[] z = new DoubleNetwork(squares, 7).outputs(rows, row);
        for (int i = 0; i < 3; i++) {
          assertThat((double) numbers[row][i]).isCloseTo(z[i], within(ROUNDING));
          assertThat((double) shares[row][i])
              .isCloseTo(1 / (1 + Math.exp(-z[i])), within(ROUNDING));
        }
      }
    }
  }

  /** A label is a distribution with all of it at one class: the same loss and the same weights. */
  @Test
  void labelsBecomeTargets() {
    DataSet rows = Rows.halves(40, 16, 3);
    Network halves = Sequential.of(Shape.flat(16), Dense.of(4).relu(), Dense.of(2));
    try (Device device = Cpu.open();
        Model labels =
            compile(halves, device, Optimizer.adam(), Loss.SPARSE_CATEGORICAL_CROSSENTROPY);
        Model dense = compile(halves, device, Optimizer.adam(), Loss.CATEGORICAL_CROSSENTROPY)) {
      Fit fit = Fit.epochs(3).batch(16);
      double want = labels.fit(rows, fit).epochs().get(2).loss();
      assertThat(dense.fit(rows, fit).epochs().get(2).loss()).isCloseTo(want, within(ROUNDING));
      assertThat(dense.evaluate(rows, 9).accuracy()).isEqualTo(labels.evaluate(rows, 9).accuracy());
      assertThat(dense.predict(rows)[3][1]).isCloseTo(labels.predict(rows)[3][1], within(1e-4f));
    }
  }

  @Test
  void oneOutputTellsTwoClassesApart() {
    Network one = Sequential.of(Shape.flat(16), Dense.of(4).relu(), Dense.of(1));
    try (Device device = Cpu.open();
        Model model = compile(one, device, Optimizer.adam(0.01), Loss.BINARY_CROSSENTROPY)) {
      model.fit(Rows.halves(70, 16, 1), Fit.epochs(20).batch(8));
      DataSet test = Rows.halves(40, 16, 2);
      assertThat(model.evaluate(test, 16).accuracy()).isEqualTo(1);
      float[][] predicted = model.predict(test);
      for (int i = 0; i < 40; i++) {
        assertThat(predicted[i][0] > 0.5f ? 1 : 0).isEqualTo(test.label(i));
      }
    }
  }

  /** A line through noise-free points is found. */
  @Test
  void regressionFindsALine() {
    float[][] x = numbers(64, 2, 5);
    float[] y = new float[64];
    for (int i = 0; i < 64; i++) {
      y[i] = 3 * x[i][0] - 2 * x[i][1] + 0.5f;
    }
    DataSet line = DataSet.features("line", x).withTargets(y, 1);
    try (Device device = Cpu.open();
        Model model =
            compile(
                Sequential.of(Shape.flat(2), Dense.of(1)),
                device,
                Optimizer.adam(0.05),
                Loss.MEAN_SQUARED_ERROR)) {
      model.fit(line, Fit.epochs(200).batch(16));
      assertThat(model.evaluate(line, 64).loss()).isLessThan(1e-4);
      assertThat(model.weight("dense/kernel")[0]).isCloseTo(3, within(0.05f));
      assertThat(model.weight("dense/kernel")[1]).isCloseTo(-2, within(0.05f));
    }
  }

  @Test
  void picturesCanBeTargets() {
    Network same =
        Network.of(Node.input(new Shape(4, 4, 1)).then(Conv2D.of(1, 3, 3).samePadding()));
    float[] pixels = new float[16 * 6];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = i % 7;
    }
    DataSet data = DataSet.features("pictures", pixels, 4, 4, 1).withTargets(pixels, 16);
    try (Device device = Cpu.open();
        Model model = compile(same, device, Optimizer.adam(0.05), Loss.MEAN_SQUARED_ERROR)) {
      double before = model.evaluate(data, 6).loss();
      model.fit(data, Fit.epochs(50));
      assertThat(model.evaluate(data, 6).loss()).isLessThan(before / 10);
    }
    assertThatThrownBy(() -> same.compile(Optimizer.adam(), Loss.CATEGORICAL_CROSSENTROPY))
        .isInstanceOf(SpecException.class)
        .hasMessageContaining("needs a flat output");
  }

  @Test
  void targetsThatDoNotFitAreRefused() {
    float[][] features = numbers(2, 5, 1);
    DataSet two = DataSet.features("rows", features).withTargets(numbers(2, 2, 1));
    float[] targets = {0, 1, 0.5f, 1, 0, 1.5f};
    DataSet large = DataSet.features("rows", features).withTargets(targets, 3);
    try (Device device = Cpu.open();
        Model squares = compile(network, device, Optimizer.sgd(0), Loss.MEAN_SQUARED_ERROR);
        Model binary = compile(network, device, Optimizer.sgd(0), Loss.BINARY_CROSSENTROPY);
        Model labels =
            compile(network, device, Optimizer.sgd(0), Loss.SPARSE_CATEGORICAL_CROSSENTROPY)) {
      assertThat(squares.fit(large, Fit.epochs(1)).epochs()).hasSize(1);
      long live = device.memory().liveBytes();
      refused(squares, two, "or with targets of 3 numbers", "targets of 2 numbers");
      refused(binary, large, "targets from 0 to 1, but number 2 of row 1 of rows is 1.5");
      refused(labels, rows(), "in up to 3 classes, but rows has 11 rows of (5) with targets of 3");
      assertThat(device.memory().liveBytes()).as("nothing is left behind").isEqualTo(live);
    }
  }

  private static void refused(Model model, DataSet data, String... parts) {
    assertThatThrownBy(() -> model.fit(data, Fit.epochs(1)))
        .isInstanceOf(SpecException.class)
        .hasMessageContainingAll(parts);
  }
}
