package dev.quern.kernels.conformance;

import dev.quern.core.DataType;
import dev.quern.core.SpecException;
import dev.quern.kernels.Activation;
import dev.quern.kernels.Adam;
import dev.quern.kernels.Add;
import dev.quern.kernels.Augment;
import dev.quern.kernels.AveragePool2d;
import dev.quern.kernels.AveragePool2dBuilder;
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
import dev.quern.kernels.Layout;
import dev.quern.kernels.MaxPool2d;
import dev.quern.kernels.OpSpec;
import dev.quern.kernels.Pass;
import dev.quern.kernels.Precision;
import dev.quern.kernels.Relu;
import dev.quern.kernels.RmsProp;
import dev.quern.kernels.Sgd;
import dev.quern.kernels.Softmax;
import dev.quern.kernels.SoftmaxCrossEntropy;
import dev.quern.kernels.SoftmaxCrossEntropy.Reduction;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Draws problems of every op, small but in no way ordinary, from a seeded generator. */
final class RandomSpecs {
  /** Most work of one pass, so that thousands of problems take seconds. */
  private static final double MOST_FLOPS = 4e5;

  private static final int EXTENT = 40;
  private static final int LONGEST = 3000;

  private final SplittableRandom random;

  RandomSpecs(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** One source of problems for each op, by the op's name. */
  Map<String, Supplier<OpSpec<?>>> byOp() {
    Map<String, Supplier<OpSpec<?>>> sources = new LinkedHashMap<>();
    sources.put("gemm", this::gemm);
    sources.put("conv2d", this::conv2d);
    sources.put("maxpool2d", this::maxPool2d);
    sources.put("avgpool2d", this::averagePool2d);
    sources.put("softmax-ce", this::softmaxCrossEntropy);
    sources.put("dense-loss", this::denseLoss);
    sources.put("softmax", () -> new Softmax.Spec(upTo(0, EXTENT), rowLength(), coin()));
    sources.put("relu", () -> new Relu.Spec(upTo(0, LONGEST)));
    sources.put("activation", this::activation);
    sources.put("bias-add", () -> new BiasAdd.Spec(upTo(0, EXTENT), extent(), extent()));
    sources.put("add", () -> new Add.Spec(upTo(0, LONGEST)));
    sources.put("batch-norm", this::batchNorm);
    sources.put("dropout", this::dropout);
    sources.put("augment", this::augment);
    sources.put("adam", this::adam);
    sources.put("sgd", this::sgd);
    sources.put("rmsprop", this::rmsProp);
    sources.put("clip-norm", () -> new ClipNorm.Spec(upTo(0, LONGEST), limit()));
    sources.put("clip-value", () -> new ClipValue.Spec(upTo(0, LONGEST), factor(), factor()));
    sources.put("gather-batch", this::gatherBatch);
    sources.replaceAll((op, source) -> () -> affordable(source));
    return sources;
  }

  /** Draws until the problem is well-formed and cheap enough. */
  private static OpSpec<?> affordable(Supplier<OpSpec<?>> source) {
    while (true) {
      OpSpec<?> spec = wellFormed(source);
      if (spec.passes().stream().allMatch(pass -> cheap(spec, pass))) {
        return spec;
      }
    }
  }

  private static OpSpec<?> wellFormed(Supplier<OpSpec<?>> source) {
    while (true) {
      try {
        return source.get();
      } catch (SpecException e) {
        // A geometry without outputs: the next one will do.
      }
    }
  }

  private static boolean cheap(OpSpec<?> spec, Pass pass) {
    return spec.flops(pass) <= MOST_FLOPS && spec.bytes(pass) <= MOST_FLOPS;
  }

  private OpSpec<?> gemm() {
    int m = upTo(0, EXTENT);
    int n = upTo(0, EXTENT);
    int k = upTo(0, EXTENT);
    boolean transA = coin();
    boolean transB = coin();
    Gemm.Builder builder =
        Gemm.builder(m, n, k)
            .transposed(transA, transB)
            .epilogue(one(Epilogue.values()))
            .scale(factor(), factor())
            .precision(random.nextInt(8) == 0 ? Precision.TF32 : Precision.FP32);
    int lda = (transA ? m : k) + slack();
    int ldb = (transB ? k : n) + slack();
    int ldc = n + slack();
    if (coin()) {
      builder.leads(lda, ldb, ldc);
    } else {
      lda = transA ? m : k;
      ldb = transB ? k : n;
      ldc = n;
    }
    if (random.nextInt(3) == 0) {
      long strideA = coin() ? 0 : (long) lda * (transA ? k : m) + slack();
      long strideB = coin() ? 0 : (long) ldb * (transB ? n : k) + slack();
      builder.batch(upTo(0, 5), strideA, strideB, (long) ldc * m + slack());
    }
    return builder.build();
  }

  private OpSpec<?> conv2d() {
    int groups = random.nextInt(3) == 0 ? random.nextInt(1, 7) : 1;
    boolean depthwise = random.nextInt(8) == 0;
    int groupC = depthwise ? 1 : random.nextInt(1, 2 + extent() / groups);
    int groupK = depthwise ? random.nextInt(1, 3) : random.nextInt(1, 2 + extent() / groups);
    int many = depthwise ? extent() : groups;
    return Conv2d.builder()
        .layout(one(Layout.values()))
        .input(upTo(0, 5), groupC * many, extent(), extent())
        .filters(groupK * many, random.nextInt(1, 8), random.nextInt(1, 8))
        .stride(random.nextInt(1, 4), random.nextInt(1, 4))
        .padding(upTo(0, 4), upTo(0, 4), upTo(0, 4), upTo(0, 4))
        .dilation(random.nextInt(1, 4), random.nextInt(1, 4))
        .groups(many)
        .epilogue(one(Epilogue.values()))
        .precision(random.nextInt(8) == 0 ? Precision.TF32 : Precision.FP32)
        .build();
  }

  private OpSpec<?> maxPool2d() {
    return MaxPool2d.builder()
        .layout(one(Layout.values()))
        .input(upTo(0, 5), extent(), extent(), extent())
        .window(random.nextInt(1, 6), random.nextInt(1, 6))
        .stride(random.nextInt(1, 5), random.nextInt(1, 5))
        .padding(upTo(0, 4), upTo(0, 4), upTo(0, 4), upTo(0, 4))
        .dilation(random.nextInt(1, 4), random.nextInt(1, 4))
        .ceilMode(coin())
        .reluInput(coin())
        .build();
  }

  /** One in four has a single window, as large as the image. */
  private OpSpec<?> averagePool2d() {
    int h = extent();
    int w = extent();
    boolean whole = random.nextInt(4) == 0;
    AveragePool2dBuilder builder =
        AveragePool2d.builder()
            .layout(one(Layout.values()))
            .input(upTo(0, 5), extent(), h, w)
            .divisor(one(AveragePool2d.Divisor.values()));
    if (whole) {
      return builder.window(h, w).build();
    }
    return builder
        .window(random.nextInt(1, 6), random.nextInt(1, 6))
        .stride(random.nextInt(1, 5), random.nextInt(1, 5))
        .padding(upTo(0, 4), upTo(0, 4), upTo(0, 4), upTo(0, 4))
        .dilation(random.nextInt(1, 4), random.nextInt(1, 4))
        .ceilMode(coin())
        .build();
  }

  private OpSpec<?> softmaxCrossEntropy() {
    int classes = rowLength();
    int ignored = coin() ? GatherBatch.IGNORED : random.nextInt(classes);
    return new SoftmaxCrossEntropy.Spec(upTo(0, EXTENT), classes, one(Reduction.values()), ignored);
  }

  private OpSpec<?> batchNorm() {
    int batch = upTo(0, EXTENT);
    long rows = batch == 0 ? upTo(0, LONGEST) : (long) batch * extent();
    float epsilon = (float) Math.pow(10, -random.nextInt(1, 7));
    return new BatchNorm.Spec(
        rows, rowLength(), epsilon, random.nextInt(1001) / 1000f, coin(), batch, coin());
  }

  private OpSpec<?> denseLoss() {
    return new DenseLoss.Spec(one(DenseLoss.Kind.values()), upTo(0, EXTENT), rowLength());
  }

  private OpSpec<?> activation() {
    Activation.Kind kind = one(Activation.Kind.values());
    float alpha = kind.hasAlpha() ? random.nextInt(1, 2000) / 1000f : 0;
    return new Activation.Spec(kind, upTo(0, LONGEST), alpha);
  }

  private OpSpec<?> dropout() {
    float rate = random.nextInt(5) == 0 ? 0 : random.nextInt(1, 1000) / 1000f;
    return new Dropout.Spec(upTo(0, LONGEST), rate, random.nextLong());
  }

  private OpSpec<?> augment() {
    return Augment.builder()
        .input(upTo(0, 5), extent(), extent(), coin() ? 1 : random.nextInt(1, 20))
        .seed(random.nextLong())
        .shift(share(1.5), share(1.5))
        .wholePixels(coin())
        .rotation(share(3.1))
        .zoom(share(0.9))
        .flip(coin(), coin())
        .cutout(share(1))
        .brightness(share(1))
        .fill(share(1))
        .build();
  }

  /** 0 half of the time. */
  private float share(double most) {
    return coin() ? 0 : (float) random.nextDouble(most);
  }

  private OpSpec<?> adam() {
    return new Adam.Spec(
        upTo(0, LONGEST),
        random.nextInt(1000) / 1000f,
        random.nextInt(1000) / 1000f,
        (float) Math.pow(10, -random.nextInt(3, 9)),
        one(Adam.Form.values()),
        coin() ? 0 : random.nextInt(1, 100) / 1000f,
        one(Adam.Decay.values()));
  }

  private OpSpec<?> sgd() {
    float momentum = coin() ? 0 : random.nextInt(1000) / 1000f;
    float decay = coin() ? 0 : random.nextInt(1, 100) / 1000f;
    return new Sgd.Spec(upTo(0, LONGEST), momentum, coin(), decay);
  }

  private OpSpec<?> rmsProp() {
    return new RmsProp.Spec(
        upTo(0, LONGEST),
        random.nextInt(1000) / 1000f,
        coin() ? 0 : random.nextInt(1000) / 1000f,
        (float) Math.pow(10, -random.nextInt(1, 9)));
  }

  /** 1e-3 to 1e3. */
  private float limit() {
    return (float) Math.pow(10, random.nextDouble(-3, 3));
  }

  private OpSpec<?> gatherBatch() {
    return new GatherBatch.Spec(
        coin() ? DataType.UINT8 : DataType.FLOAT32,
        upTo(0, EXTENT),
        rowLength(),
        upTo(0, EXTENT),
        upTo(0, EXTENT),
        coin() ? 1 : 1 / 255f,
        coin() ? 0 : -0.5f);
  }

  private boolean coin() {
    return random.nextBoolean();
  }

  private int upTo(int least, int most) {
    return random.nextInt(least, most + 1);
  }

  /** 1 to 40, small ones more often. */
  private int extent() {
    return random.nextInt(1, 2 + random.nextInt(EXTENT));
  }

  private int rowLength() {
    return random.nextInt(1, 2 + random.nextInt(300));
  }

  private int slack() {
    return coin() ? 0 : random.nextInt(1, 20);
  }

  private float factor() {
    float[] factors = {0, 1, -1, 2, 0.5f, 0.3f, -1.7f};
    return factors[random.nextInt(factors.length)];
  }

  private <T> T one(T[] choices) {
    return choices[random.nextInt(choices.length)];
  }
}
