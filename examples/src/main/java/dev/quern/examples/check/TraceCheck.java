package dev.quern.examples.check;

import dev.quern.core.Device;
import dev.quern.kernels.Precision;
import dev.quern.train.Callback;
import dev.quern.train.Fit;
import dev.quern.train.Loss;
import dev.quern.train.Model;
import dev.quern.train.Network;
import dev.quern.train.Sequential;
import dev.quern.train.Shape;
import dev.quern.train.data.DataSet;
import dev.quern.train.data.Mnist;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.Flatten;
import dev.quern.train.layers.MaxPooling2D;
import dev.quern.train.optimizers.Optimizer;
import dev.quern.train.optimizers.Schedule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Follows the golden training trace: twenty steps of the MNIST network from given weights. Asks for
 * the gradients at two fixed points, the first three losses, all losses, and the right answers
 * after the last step; each of the four is one case.
 */
final class TraceCheck {
  private static final String MNIST_VARIABLE = "QUERN_MNIST_DIR";
  private static final int SHARP_STEPS = 3;
  private static final int TEST_IMAGES = 1000;
  private static final int RIGHT_ANSWERS_MARGIN = 3;

  private final Path folder;
  private final Device device;
  private final boolean tf32;
  private final Tally tally;

  TraceCheck(Path folder, Device device, Precision precision, Tally tally) {
    this.folder = folder;
    this.device = device;
    tf32 = precision == Precision.TF32;
    this.tally = tally;
  }

  /**
   * Runs the four cases.
   *
   * @throws dev.quern.core.ComputeException if the trace or MNIST cannot be read
   */
  void run() {
    TraceFolder trace = new TraceFolder(folder);
    Path images = mnistFolder();
    if (images == null) {
      for (String name : List.of("gradients", "first losses", "losses", "right answers")) {
        tally.skip(
            "trace/" + name,
            "MNIST is neither in " + MNIST_VARIABLE + " nor in the folder mnist beside the trace");
      }
      return;
    }
    Mnist mnist = Mnist.load(images);
    CaseRunner runner = new CaseRunner(tally);
    runner.run("trace/gradients", () -> gradients(trace, mnist.train()));
    Training training = new Training(trace, mnist);
    runner.run("trace/first losses", () -> losses(trace, training, SHARP_STEPS, 1e-5, 2e-3));
    runner.run("trace/losses", () -> losses(trace, training, trace.losses().length, 1e-3, 0.1));
    runner.run("trace/right answers", () -> rightAnswers(trace, training));
  }

  private @Nullable Path mnistFolder() {
    String variable = System.getenv(MNIST_VARIABLE);
    if (variable != null && !variable.isEmpty()) {
      return Path.of(variable);
    }
    Path beside = folder.toAbsolutePath().resolveSibling("mnist");
    return Files.isDirectory(beside) ? beside : null;
  }

  private Model model(TraceFolder trace, String weights) {
    Optimizer adam =
        Optimizer.adam(
            Schedule.constant(trace.hyper("lr")),
            trace.hyper("beta1"),
            trace.hyper("beta2"),
            trace.hyper("epsilon"));
    Network network =
        Sequential.of(
            new Shape(28, 28, 1),
            Conv2D.of(32, 3, 3).relu(),
            MaxPooling2D.of(2, 2),
            Conv2D.of(64, 3, 3).relu(),
            MaxPooling2D.of(2, 2),
            Flatten.of(),
            Dense.of(128).relu(),
            Dense.of(10));
    Precision precision = tf32 ? Precision.TF32 : Precision.FP32;
    Model model = network.compile(device, adam, Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1, precision);
    List<String> names = model.weightNames();
    for (int i = 0; i < names.size(); i++) {
      Tensor values = trace.array(weights, TraceFolder.WEIGHTS.get(i));
      model.setWeight(names.get(i), values.floats());
    }
    return model;
  }

  private static Fit inOrder(TraceFolder trace) {
    return Fit.epochs(1).batch(trace.batch()).shuffle(false).progressSteps(1);
  }

  private @Nullable String gradients(TraceFolder trace, DataSet images) {
    int batch = trace.batch();
    int end = trace.losses().length * batch;
    String first = gradients(trace, "initial", "step1_gradient", images.subset(0, batch));
    return first != null
        ? first
        : gradients(trace, "final", "end_gradient", images.subset(end, end + batch));
  }

  /** Distances of the gradients of one step, taken from {@code weights}. */
  private @Nullable String gradients(
      TraceFolder trace, String weights, String wanted, DataSet images) {
    try (Model model = model(trace, weights)) {
      model.fit(images, inOrder(trace));
      List<String> names = model.weightNames();
      for (int i = 0; i < names.size(); i++) {
        String weight = TraceFolder.WEIGHTS.get(i);
        double[] want = trace.array(wanted, weight).values();
        double distance = distance(model.gradient(names.get(i)), want);
        double allowed = allowed(wanted, weight);
        if (!(distance <= allowed)) { // NaN is too far as well
          return String.format(
              Locale.ROOT,
              "%s.%s is %.3g of its length away, allowed %.3g",
              wanted,
              weight,
              distance,
              allowed);
        }
      }
      return null;
    }
  }

  /**
   * Rounding can turn a pooling window's winner over, which moves the gradients of the convolutions
   * and at the first step, with its small gradients, most of all.
   */
  private double allowed(String wanted, String weight) {
    if (!tf32) {
      return 1e-5;
    }
    return wanted.equals("step1_gradient") && weight.startsWith("conv") ? 0.15 : 0.05;
  }

  private static double distance(float[] got, double[] want) {
    if (got.length != want.length) {
      return Double.NaN;
    }
    double difference = 0;
    double length = 0;
    for (int i = 0; i < want.length; i++) {
      difference += (got[i] - want[i]) * (got[i] - want[i]);
      length += want[i] * want[i];
    }
    return Math.sqrt(difference / length);
  }

  private @Nullable String losses(
      TraceFolder trace, Training training, int steps, double allowedFp32, double allowedTf32) {
    double[] got = Arrays.copyOf(training.losses(), steps);
    double[] want = Arrays.copyOf(trace.losses(), steps);
    return new Comparison(tf32 ? allowedTf32 : allowedFp32, 0).mismatch("loss", got, want);
  }

  private @Nullable String rightAnswers(TraceFolder trace, Training training) {
    if (tf32) {
      throw new SkippedException("the trace says nothing about right answers under TF32");
    }
    int want = trace.rightAnswers();
    int got = training.rightAnswers();
    return Math.abs(got - want) <= RIGHT_ANSWERS_MARGIN
        ? null
        : "%d of %d test images are right, not %d, give or take %d"
            .formatted(got, TEST_IMAGES, want, RIGHT_ANSWERS_MARGIN);
  }

  /** All steps in one epoch, run when first asked for. */
  private final class Training {
    private final TraceFolder trace;
    private final Mnist mnist;
    private double @Nullable [] losses;
    private int right;

    Training(TraceFolder trace, Mnist mnist) {
      this.trace = trace;
      this.mnist = mnist;
    }

    double[] losses() {
      if (losses == null) {
        losses = train();
      }
      return losses;
    }

    int rightAnswers() {
      losses();
      return right;
    }

    private double[] train() {
      double[] sums = new double[trace.losses().length + 1];
      Callback listener =
          new Callback() {
            @Override
            public void progress(int step, double loss, double accuracy, double rate) {
              sums[step] = loss * step; // the mean over the steps so far
            }
          };
      DataSet images = mnist.train().subset(0, (sums.length - 1) * trace.batch());
      try (Model model = model(trace, "initial")) {
        model.fit(images, inOrder(trace).callbacks(listener));
        DataSet test = mnist.test().subset(0, TEST_IMAGES);
        right = (int) Math.round(model.evaluate(test, 100).accuracy() * TEST_IMAGES);
      }
      double[] each = new double[sums.length - 1];
      for (int step = 1; step < sums.length; step++) {
        each[step - 1] = sums[step] - sums[step - 1];
      }
      return each;
    }
  }
}
