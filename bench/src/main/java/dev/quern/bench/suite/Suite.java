package dev.quern.bench.suite;

import dev.quern.bench.suite.Problem.Transfer;
import dev.quern.core.DataType;
import dev.quern.core.DeviceInfo;
import dev.quern.kernels.Activation;
import dev.quern.kernels.Adam;
import dev.quern.kernels.Add;
import dev.quern.kernels.Augment;
import dev.quern.kernels.AveragePool2d;
import dev.quern.kernels.BatchNorm;
import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.ClipNorm;
import dev.quern.kernels.ClipValue;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.DenseLoss;
import dev.quern.kernels.Dropout;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.GatherBatch;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.MaxPool2d;
import dev.quern.kernels.OpSpec;
import dev.quern.kernels.Pass;
import dev.quern.kernels.Precision;
import dev.quern.kernels.Relu;
import dev.quern.kernels.RmsProp;
import dev.quern.kernels.Sgd;
import dev.quern.kernels.Softmax;
import dev.quern.kernels.SoftmaxCrossEntropy;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Cases;
import dev.quern.kernels.cases.Fill;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What is measured, in order: the ceilings first, then what tells most. */
public final class Suite {
  /** Elements of ops that memory bounds: 64 MB, more than caches hold. */
  private static final int MANY = 16_777_216;

  private static final int MNIST_DIGITS = 60_000;

  /**
   * Digits that a batch is gathered from: 800 KB, which caches keep, as they do what all cases work
   * on. Of all 47 MB what lay in the third level by chance was measured: the same kernel took 2.0
   * to 3.4 us, from process to process.
   */
  private static final int GATHERED_ROWS = 1024;

  private static final int MNIST_PIXELS = 784;
  private static final int MNIST_FEATURES = 1600;
  private static final int MNIST_PARAMETERS = 225_034;
  private static final Set<Pass> PRODUCTS =
      EnumSet.of(Pass.FORWARD, Pass.BACKWARD_DATA, Pass.BACKWARD_FILTER);

  /** Sides of pictures from MNIST's to ImageNet's, in steps of a fifth to a half. */
  private static final int[] SIDES = {28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224};

  private static final int MOST_GROWN_BATCH = 1024;

  private final boolean gpu;
  private final Precision precision;
  private final List<Problem> problems = new ArrayList<>();

  private Suite(DeviceInfo.Kind kind, Precision precision) {
    gpu = kind == DeviceInfo.Kind.GPU;
    this.precision = precision;
  }

  /**
   * All problems.
   *
   * @param kind GPUs get larger ones
   * @param precision of products
   */
  public static List<Problem> all(DeviceInfo.Kind kind, Precision precision) {
    Suite suite = new Suite(kind, precision);
    suite.ceilings();
    suite.networks();
    suite.mnist(32);
    suite.mnistBesides(32);
    suite.mnist(128);
    suite.mnistBesides(128);
    suite.mnistParameters();
    suite.streaming();
    suite.skinny();
    ResNet50.convolutions(suite.gpu ? 32 : 8, precision)
        .forEach(layer -> suite.kernel(layer, PRODUCTS));
    return suite.problems;
  }

  /** Few of them, for a look: under a minute on two processors. */
  public static List<Problem> quick(DeviceInfo.Kind kind, Precision precision) {
    Suite suite = new Suite(kind, precision);
    suite.problems.add(new Transfer(Transfer.Way.COPY, MANY));
    suite.square(suite.gpu ? 2048 : 512);
    suite.square(suite.gpu ? 4096 : 1024);
    suite.problems.add(new Problem.Network(true, 32));
    suite.problems.add(new Problem.Network(false, 128));
    suite.mnist(32);
    suite.kernel(new Adam.Spec(MNIST_PARAMETERS));
    suite.kernel(new Relu.Spec(MANY), EnumSet.of(Pass.FORWARD));
    return suite.problems;
  }

  /**
   * One problem in many sizes: the training step of the MNIST network by its batch, and its second
   * convolution by the side of its pictures.
   */
  public static List<Problem> growth(DeviceInfo.Kind kind, Precision precision) {
    Suite suite = new Suite(kind, precision);
    for (int batch = 1; batch <= MOST_GROWN_BATCH; batch *= 2) {
      suite.problems.add(new Problem.Network(true, batch));
    }
    for (int side : SIDES) {
      suite.mnistConvolution(8, 32, side, 64, PRODUCTS);
    }
    return suite.problems;
  }

  /** All problems, and behind them the conformance suite's that are not among them. */
  public static List<Problem> withShared(DeviceInfo.Kind kind, Precision precision) {
    Suite suite = new Suite(kind, precision);
    suite.problems.addAll(all(kind, precision));
    Set<OpSpec<?>> specs = new LinkedHashSet<>();
    for (Case<?> shared : Cases.all()) {
      if (shared.plain() && shared.fill() == Fill.REAL) {
        specs.add(shared.spec());
      }
    }
    for (Problem problem : suite.problems) {
      if (problem instanceof Problem.Kernel kernel) {
        specs.remove(kernel.spec());
      }
    }
    specs.forEach(suite::kernel);
    return suite.problems;
  }

  /** The problem of a name in FP32, if any device's list has it. */
  public static Optional<Problem> named(String name) {
    return Stream.of(DeviceInfo.Kind.values())
        .flatMap(kind -> withShared(kind, Precision.FP32).stream())
        .filter(problem -> problem.name().equals(name))
        .findFirst();
  }

  private void kernel(OpSpec<?> spec) {
    kernel(spec, spec.passes());
  }

  private void kernel(OpSpec<?> spec, Set<Pass> passes) {
    spec.passes().stream()
        .filter(passes::contains)
        .forEach(pass -> problems.add(new Problem.Kernel(spec, pass)));
  }

  private void ceilings() {
    problems.add(new Transfer(Transfer.Way.COPY, MANY));
    for (int size = 256; size <= (gpu ? 4096 : 2048); size *= 2) {
      square(size);
    }
  }

  private void square(int size) {
    gemm(Gemm.builder(size, size, size));
  }

  private void gemm(Gemm.Builder builder) {
    kernel(builder.precision(precision).build());
  }

  private void networks() {
    problems.add(new Problem.Network(true, 32));
    problems.add(new Problem.Network(true, 128));
    problems.add(new Problem.Network(false, 128));
    problems.add(new Problem.Network(false, 1));
  }

  /** The MNIST network's layers. */
  private void mnist(int batch) {
    mnistConvolution(batch, 1, 28, 32);
    pool(batch, 32, 26, true);
    mnistConvolution(batch, 32, 13, 64);
    pool(batch, 64, 11, true);
    gemm(Gemm.builder(batch, 128, MNIST_FEATURES).epilogue(Epilogue.BIAS_RELU));
    gemm(Gemm.builder(batch, MNIST_FEATURES, 128).transposed(false, true));
    gemm(Gemm.builder(MNIST_FEATURES, 128, batch).transposed(true, false));
    gemm(Gemm.builder(batch, 10, 128).epilogue(Epilogue.BIAS));
    gemm(Gemm.builder(batch, 128, 10).transposed(false, true));
    gemm(Gemm.builder(128, 10, batch).transposed(true, false));
    kernel(new SoftmaxCrossEntropy.Spec(batch, 10, SoftmaxCrossEntropy.Reduction.MEAN));
  }

  /**
   * What it is fed by, which takes a microsecond, most of it for handing the loop over, and what it
   * may be trained with besides: behind its first convolution, in front of its first dense layer,
   * in front of and behind it all.
   */
  private void mnistBesides(int batch) {
    kernel(
        new GatherBatch.Spec(
            DataType.UINT8, GATHERED_ROWS, MNIST_PIXELS, MNIST_DIGITS, batch, 1 / 255f, 0));
    kernel(new BatchNorm.Spec((long) batch * 26 * 26, 32, batch));
    kernel(new Activation.Spec(Activation.Kind.GELU, (long) batch * 26 * 26 * 32));
    kernel(new Dropout.Spec((long) batch * MNIST_FEATURES, 0.25f, 1));
    kernel(Augment.builder().input(batch, 28, 28, 1).shift(0.1f, 0.1f).rotation(0.17f).build());
    kernel(new Softmax.Spec(batch, 10, false), EnumSet.of(Pass.FORWARD));
    kernel(new DenseLoss.Spec(DenseLoss.Kind.CATEGORICAL_CROSS_ENTROPY, batch, 10));
  }

  /** What updates its weights, and what may limit their gradient before. */
  private void mnistParameters() {
    kernel(new Adam.Spec(MNIST_PARAMETERS));
    kernel(new Sgd.Spec(MNIST_PARAMETERS, 0.9f, false, 0));
    kernel(new RmsProp.Spec(MNIST_PARAMETERS));
    kernel(new ClipNorm.Spec(MNIST_PARAMETERS, 1));
    kernel(new ClipValue.Spec(MNIST_PARAMETERS, -1, 1));
  }

  private void mnistConvolution(int batch, int channels, int size, int filters) {
    mnistConvolution(batch, channels, size, filters, EnumSet.allOf(Pass.class));
  }

  private void mnistConvolution(int batch, int channels, int size, int filters, Set<Pass> passes) {
    kernel(
        Conv2d.builder()
            .input(batch, channels, size, size)
            .filters(filters, 3, 3)
            .epilogue(Epilogue.BIAS_RELU)
            .precision(precision)
            .build(),
        passes);
  }

  private void pool(int batch, int channels, int size, boolean reluInput) {
    kernel(
        MaxPool2d.builder()
            .input(batch, channels, size, size)
            .window(2, 2)
            .reluInput(reluInput)
            .build());
  }

  /** Transfers and ops that memory bounds. */
  private void streaming() {
    problems.add(new Transfer(Transfer.Way.UPLOAD, MANY));
    problems.add(new Transfer(Transfer.Way.DOWNLOAD, MANY));
    kernel(new Relu.Spec(MANY));
    kernel(new BiasAdd.Spec(MANY / 64, 64));
    kernel(new Add.Spec(MANY));
    pool(64, 64, 64, false);
    kernel(AveragePool2d.builder().input(64, 64, 64, 64).build());
    kernel(AveragePool2d.builder().input(64, 512, 14, 14).window(14, 14).build()); // whole images
    kernel(new Softmax.Spec(MANY / 1024, 1024, false));
    kernel(new Dropout.Spec(MANY, 0.5f, 1));
    kernel(new Sgd.Spec(MANY, 0.9f, false, 0));
  }

  /** Products with one short side. */
  private void skinny() {
    gemm(Gemm.builder(1, 4096, 4096));
    gemm(Gemm.builder(32, 4096, 4096));
    gemm(Gemm.builder(4096, 32, 4096));
    gemm(Gemm.builder(4096, 4096, 32));
  }
}
