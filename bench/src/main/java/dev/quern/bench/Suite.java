package dev.quern.bench;

import dev.quern.bench.TransferEntry.Way;
import dev.quern.core.DataType;
import dev.quern.core.DeviceInfo;
import dev.quern.kernels.Adam;
import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Dropout;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.GatherBatch;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.MaxPool2d;
import dev.quern.kernels.OpSpec;
import dev.quern.kernels.Pass;
import dev.quern.kernels.Precision;
import dev.quern.kernels.Relu;
import dev.quern.kernels.Sgd;
import dev.quern.kernels.Softmax;
import dev.quern.kernels.SoftmaxCrossEntropy;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Cases;
import dev.quern.kernels.cases.Fill;
import dev.quern.train.Sequential;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** What is measured, in order: the ceilings first, then what tells most. */
final class Suite {
  /** Elements of ops that memory bounds: 64 MB, more than caches hold. */
  private static final int MANY = 16_777_216;

  private static final int MNIST_ROWS = 60_000;
  private static final int MNIST_PIXELS = 784;
  private static final int MNIST_FEATURES = 1600;
  private static final int MNIST_PARAMETERS = 225_034;
  private static final Set<Pass> PRODUCTS =
      EnumSet.of(Pass.FORWARD, Pass.BACKWARD_DATA, Pass.BACKWARD_FILTER);

  /**
   * The different convolutions of ResNet-50 v1.5 (He et al., arXiv:1512.03385, with the stride in
   * the 3x3 layers) for pictures of 224 x 224: channels in, size in, filters, window, stride.
   */
  private static final int[][] RESNET50 = {
    {3, 224, 64, 7, 2},
    {64, 56, 64, 1, 1},
    {64, 56, 64, 3, 1},
    {64, 56, 256, 1, 1},
    {256, 56, 64, 1, 1},
    {256, 56, 128, 1, 1},
    {128, 56, 128, 3, 2},
    {128, 28, 512, 1, 1},
    {256, 56, 512, 1, 2},
    {512, 28, 128, 1, 1},
    {128, 28, 128, 3, 1},
    {512, 28, 256, 1, 1},
    {256, 28, 256, 3, 2},
    {256, 14, 1024, 1, 1},
    {512, 28, 1024, 1, 2},
    {1024, 14, 256, 1, 1},
    {256, 14, 256, 3, 1},
    {1024, 14, 512, 1, 1},
    {512, 14, 512, 3, 2},
    {512, 7, 2048, 1, 1},
    {1024, 14, 2048, 1, 2},
    {2048, 7, 512, 1, 1},
    {512, 7, 512, 3, 1},
  };

  private final boolean gpu;
  private final Precision precision;
  private final Supplier<Sequential> network;
  private final List<Entry> entries = new ArrayList<>();

  private Suite(DeviceInfo.Kind kind, Precision precision, Supplier<Sequential> network) {
    gpu = kind == DeviceInfo.Kind.GPU;
    this.precision = precision;
    this.network = network;
  }

  /**
   * All entries.
   *
   * @param kind GPUs get larger problems
   * @param precision of products
   * @param network the MNIST network
   */
  static List<Entry> all(DeviceInfo.Kind kind, Precision precision, Supplier<Sequential> network) {
    Suite suite = new Suite(kind, precision, network);
    suite.ceilings();
    suite.networks();
    suite.mnist(32);
    suite.mnistBesides(32);
    suite.mnist(128);
    suite.mnistBesides(128);
    suite.entries.add(KernelEntry.of(new Adam.Spec(MNIST_PARAMETERS)));
    suite.entries.add(KernelEntry.of(new Sgd.Spec(MNIST_PARAMETERS, 0.9f, false, 0)));
    suite.streaming();
    suite.skinny();
    suite.resnet(suite.gpu ? 32 : 8);
    return suite.entries;
  }

  /** All kernels for devices of a kind, the conformance suite's among them. */
  static List<KernelEntry<?>> kernels(DeviceInfo.Kind kind, Precision precision) {
    Supplier<Sequential> none =
        () -> {
          throw new IllegalStateException("kernels need no network");
        };
    List<KernelEntry<?>> kernels = new ArrayList<>();
    for (Entry entry : withShared(all(kind, precision, none))) {
      if (entry instanceof KernelEntry<?> kernel) {
        kernels.add(kernel);
      }
    }
    return kernels;
  }

  /** These entries, and behind them the conformance suite's problems that are not among them. */
  static List<Entry> withShared(List<Entry> entries) {
    Set<OpSpec<?>> specs = new LinkedHashSet<>();
    for (Case<?> problem : Cases.all()) {
      if (problem.plain() && problem.fill() == Fill.REAL) {
        specs.add(problem.spec());
      }
    }
    for (Entry entry : entries) {
      if (entry instanceof KernelEntry<?> kernel) {
        specs.remove(kernel.spec());
      }
    }
    List<Entry> all = new ArrayList<>(entries);
    specs.forEach(spec -> all.add(KernelEntry.of(spec)));
    return all;
  }

  /** Few of them, for a look: under a minute on two processors. */
  static List<Entry> quick(
      DeviceInfo.Kind kind, Precision precision, Supplier<Sequential> network) {
    Suite suite = new Suite(kind, precision, network);
    suite.entries.add(new TransferEntry(Way.COPY, MANY));
    suite.square(suite.gpu ? 2048 : 512);
    suite.square(suite.gpu ? 4096 : 1024);
    suite.entries.add(NetworkEntry.training("mnist", network, 32));
    suite.entries.add(NetworkEntry.inference("mnist", network, 128));
    suite.mnist(32);
    suite.entries.add(KernelEntry.of(new Adam.Spec(MNIST_PARAMETERS)));
    suite.entries.add(KernelEntry.of(new Relu.Spec(MANY), EnumSet.of(Pass.FORWARD)));
    return suite.entries;
  }

  private void ceilings() {
    entries.add(new TransferEntry(Way.COPY, MANY));
    for (int size = 256; size <= (gpu ? 4096 : 2048); size *= 2) {
      square(size);
    }
  }

  private void square(int size) {
    gemm(Gemm.builder(size, size, size));
  }

  private void gemm(Gemm.Builder builder) {
    entries.add(KernelEntry.of(builder.precision(precision).build()));
  }

  private void networks() {
    entries.add(NetworkEntry.training("mnist", network, 32));
    entries.add(NetworkEntry.training("mnist", network, 128));
    entries.add(NetworkEntry.inference("mnist", network, 128));
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
    entries.add(
        KernelEntry.of(
            new SoftmaxCrossEntropy.Spec(batch, 10, SoftmaxCrossEntropy.Reduction.MEAN)));
    entries.add(
        KernelEntry.of(
            new GatherBatch.Spec(
                DataType.UINT8, MNIST_ROWS, MNIST_PIXELS, MNIST_ROWS, batch, 1 / 255f, 0)));
  }

  /** What it may be trained with besides, and what turns its logits into probabilities. */
  private void mnistBesides(int batch) {
    entries.add(KernelEntry.of(new Dropout.Spec((long) batch * MNIST_FEATURES, 0.25f, 1)));
    entries.add(KernelEntry.of(new Softmax.Spec(batch, 10, false), EnumSet.of(Pass.FORWARD)));
  }

  private void mnistConvolution(int batch, int channels, int size, int filters) {
    entries.add(
        KernelEntry.of(
            Conv2d.builder()
                .input(batch, channels, size, size)
                .filters(filters, 3, 3)
                .epilogue(Epilogue.BIAS_RELU)
                .precision(precision)
                .build()));
  }

  private void pool(int batch, int channels, int size, boolean reluInput) {
    entries.add(
        KernelEntry.of(
            MaxPool2d.builder()
                .input(batch, channels, size, size)
                .window(2, 2)
                .reluInput(reluInput)
                .build()));
  }

  /** Transfers and ops that memory bounds. */
  private void streaming() {
    entries.add(new TransferEntry(Way.UPLOAD, MANY));
    entries.add(new TransferEntry(Way.DOWNLOAD, MANY));
    entries.add(KernelEntry.of(new Relu.Spec(MANY)));
    entries.add(KernelEntry.of(new BiasAdd.Spec(MANY / 64, 64)));
    pool(64, 64, 64, false);
    entries.add(KernelEntry.of(new Softmax.Spec(MANY / 1024, 1024, false)));
    entries.add(KernelEntry.of(new Dropout.Spec(MANY, 0.5f, 1)));
    entries.add(KernelEntry.of(new Sgd.Spec(MANY, 0.9f, false, 0)));
  }

  /** Products with one short side. */
  private void skinny() {
    gemm(Gemm.builder(1, 4096, 4096));
    gemm(Gemm.builder(32, 4096, 4096));
    gemm(Gemm.builder(4096, 32, 4096));
    gemm(Gemm.builder(4096, 4096, 32));
  }

  private void resnet(int batch) {
    for (int[] layer : RESNET50) {
      int padding = layer[3] / 2;
      entries.add(
          KernelEntry.of(
              Conv2d.builder()
                  .input(batch, layer[0], layer[1], layer[1])
                  .filters(layer[2], layer[3], layer[3])
                  .stride(layer[4], layer[4])
                  .padding(padding, padding, padding, padding)
                  .precision(precision)
                  .build(),
              PRODUCTS));
    }
  }
}
