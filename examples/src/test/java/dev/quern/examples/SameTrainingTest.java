package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.AvailableDevice;
import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.train.Fit;
import dev.quern.train.History;
import dev.quern.train.Loss;
import dev.quern.train.Model;
import dev.quern.train.Network;
import dev.quern.train.Sequential;
import dev.quern.train.Shape;
import dev.quern.train.data.DataSet;
import dev.quern.train.layers.Activation;
import dev.quern.train.layers.Augmentation;
import dev.quern.train.layers.AveragePooling2D;
import dev.quern.train.layers.BatchNormalization;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.Dropout;
import dev.quern.train.layers.Flatten;
import dev.quern.train.optimizers.Optimizer;
import dev.quern.train.optimizers.Schedule;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever changes from step to step lies on the device: the rows of a batch, of which the last has
 * few; the rate of a schedule; what dropout and augmentation drew; the means of batch
 * normalisation. After two fits of {@value #STEPS} steps, most of which GPUs launch sixteen at a
 * time, every device has the CPU's weights.
 */
final class SameTrainingTest {
  private static final Shape PICTURE = new Shape(10, 10, 2);
  private static final int CLASSES = 4;
  private static final int ROWS = 323;

  /** Of 8 rows, the last one of 3, and then of 16, the last one of 3, too. */
  private static final int STEPS = 41 + 21;

  /** A step's as in {@link RandomNetworksTest}; roundings of steps are independent. */
  private static final double BOUND = Math.sqrt(STEPS) * 30 * Math.sqrt(700) * 0x1p-24;

  private static final Schedule RATES = Schedule.cosineDecay(0.02, 50, 0.1).warmUp(0.001, 10);

  private static Device cpu;

  @BeforeAll
  static void open() {
    cpu = Detection.detect("cpu").require("cpu").open();
  }

  @AfterAll
  static void close() {
    cpu.close();
  }

  static List<Optimizer> optimizers() {
    Schedule steps = Schedule.piecewiseConstant(new long[] {5, 20, 45}, new double[] {4, 3, 2, 1});
    return List.of(
        Optimizer.adam(RATES).clipNorm(0.5),
        Optimizer.sgd(Schedule.exponentialDecay(0.1, 10, 0.8), 0.9, true).clipValue(0.05),
        Optimizer.rmsprop(step -> 1e-3 * steps.rate(step), 0.9, 0.5, 1e-3));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void everyDeviceEndsWhereTheCpuDoes(Optimizer optimizer) {
    Trained want = trained(cpu, optimizer);
    for (AvailableDevice other : OtherDevices.all()) {
      try (Device device = other.open()) {
        Trained got = trained(device, optimizer);
        assertThat(want.distance(got)).as("weights on %s", other.info().id()).isLessThan(BOUND);
        assertThat(got.losses()).as("losses on %s", other.info().id()).hasSameSizeAs(want.losses());
        for (int i = 0; i < want.losses().size(); i++) {
          assertThat(got.losses().get(i) / want.losses().get(i)).isBetween(1 - BOUND, 1 + BOUND);
        }
      }
    }
  }

  /** One step too early or too late is no rounding. */
  @Test
  void aStepMoreWouldBeSeen() {
    Trained want = trained(cpu, Optimizer.adam(RATES).clipNorm(0.5));
    Schedule late = step -> RATES.rate(Math.max(0, step - 1));
    Trained got = trained(cpu, Optimizer.adam(late).clipNorm(0.5));
    assertThat(want.distance(got)).isGreaterThan(10 * BOUND);
  }

  /**
   * How training went.
   *
   * @param weights at its end
   * @param moved how far each went
   * @param losses of both fits
   */
  private record Trained(List<float[]> weights, List<Double> moved, List<Double> losses) {

    /** The largest distance between weights, relative to how far they went. */
    double distance(Trained other) {
      return IntStream.range(0, weights.size())
          .mapToDouble(i -> apart(weights.get(i), other.weights.get(i)) / moved.get(i))
          .max()
          .orElseThrow();
    }
  }

  private static double apart(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
    }
    return Math.sqrt(sum);
  }

  /** Without ReLU and maxima, where rounding would decide which way a gradient goes. */
  private static Network network() {
    return Sequential.of(
        PICTURE,
        Augmentation.of().shift(0.1, 0.1).rotation(0.05).zoom(0.2).flip(true, false).cutout(0.3),
        Conv2D.of(6, 3, 3).withoutBias(),
        BatchNormalization.of().momentum(0.9),
        Activation.gelu(),
        AveragePooling2D.of(2, 2),
        Dropout.of(0.2),
        Conv2D.of(8, 3, 3).activation(Activation.tanh()),
        Flatten.of(),
        Dropout.of(0.3),
        Dense.of(CLASSES).softmax());
  }

  private static Trained trained(Device device, Optimizer optimizer) {
    DataSet rows = rows();
    try (Model model =
        network().compile(device, optimizer, Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 5)) {
      List<float[]> start = weights(model);
      History first = model.fit(rows, Fit.epochs(1).batch(8));
      History second = model.fit(rows, Fit.epochs(1).batch(16));
      assertThat(model.stepsTrained()).isEqualTo(STEPS);
      List<float[]> end = weights(model);
      List<Double> moved =
          IntStream.range(0, end.size()).mapToObj(i -> apart(end.get(i), start.get(i))).toList();
      return new Trained(end, moved, List.of(loss(first), loss(second)));
    }
  }

  private static double loss(History history) {
    return history.epochs().getLast().loss();
  }

  private static List<float[]> weights(Model model) {
    return model.weightNames().stream().map(model::weight).toList();
  }

  /** Noise in front of a shade for each class. */
  private static DataSet rows() {
    Random random = new Random(3);
    byte[] pixels = new byte[ROWS * PICTURE.elements()];
    int[] labels = new int[ROWS];
    for (int i = 0; i < pixels.length; i++) {
      int row = i / PICTURE.elements();
      labels[row] = row % CLASSES;
      pixels[i] = (byte) (random.nextInt(128) + 30 * labels[row]);
    }
    return new DataSet(
        "shades and noise",
        pixels,
        labels,
        PICTURE.height(),
        PICTURE.width(),
        PICTURE.channels(),
        CLASSES);
  }
}
