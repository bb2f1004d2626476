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
import dev.quern.kernels.Sums;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Draws problems of every op, small but in no way ordinary, from a seeded generator. */
final class RandomSpecs {
  /** Most work of one pass, so that thousands of problems take seconds. */
  private static final double MOST_FLOPS = 4e5;

  private static final int LONGEST = 3000;

  private final RandomNumbers random;

  RandomSpecs(long seed) {
    this.random = new RandomNumbers(seed);
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
    sources.put(
        "softmax", () -> new Softmax.Spec(random.size(), random.rowLength(), random.coin()));
    sources.put("relu", () -> new Relu.Spec(random.upTo(0, LONGEST)));
    sources.put("activation", this::activation);
    sources.put(
        "bias-add", () -> new BiasAdd.Spec(random.size(), random.extent(), random.extent()));
    sources.put("add", () -> new Add.Spec(random.upTo(0, LONGEST)));
    sources.put("batch-norm", this::batchNorm);
    sources.put("dropout", this::dropout);
    sources.put("augment", this::augment);
    sources.put("adam", this::adam);
    sources.put("sgd", this::sgd);
    sources.put("rmsprop", this::rmsProp);
    sources.put("clip-norm", () -> new ClipNorm.Spec(random.upTo(0, LONGEST), random.limit()));
    sources.put(
        "clip-value",
        () -> new ClipValue.Spec(random.upTo(0, LONGEST), random.factor(), random.factor()));
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
    int m = random.size();
    int n = random.size();
    int k = random.size();
    boolean transA = random.coin();
    boolean transB = random.coin();
    Gemm.Builder builder =
        Gemm.builder(m, n, k)
            .transposed(transA, transB)
            .epilogue(random.one(Epilogue.values()))
            .scale(random.factor(), random.factor())
            .precision(random.below(8) == 0 ? Precision.TF32 : Precision.FP32);
    int lda = (transA ? m : k) + random.slack();
    int ldb = (transB ? k : n) + random.slack();
    int ldc = n + random.slack();
    if (random.coin()) {
      builder.leads(lda, ldb, ldc);
    } else {
      lda = transA ? m : k;
      ldb = transB ? k : n;
      ldc = n;
    }
    if (random.below(3) == 0) {
      long strideA = random.coin() ? 0 : (long) lda * (transA ? k : m) + random.slack();
      long strideB = random.coin() ? 0 : (long) ldb * (transB ? n : k) + random.slack();
      builder.batch(random.upTo(0, 5), strideA, strideB, (long) ldc * m + random.slack());
    }
    return builder.build();
  }

  private OpSpec<?> conv2d() {
    int groups = random.below(3) == 0 ? random.upTo(1, 6) : 1;
    boolean depthwise = random.below(8) == 0;
    int groupC = depthwise ? 1 : random.upTo(1, 1 + random.extent() / groups);
    int groupK = depthwise ? random.upTo(1, 2) : random.upTo(1, 1 + random.extent() / groups);
    int many = depthwise ? random.extent() : groups;
    return Conv2d.builder()
        .layout(random.one(Layout.values()))
        .input(random.upTo(0, 5), groupC * many, random.extent(), random.extent())
        .filters(groupK * many, random.upTo(1, 7), random.upTo(1, 7))
        .stride(random.upTo(1, 3), random.upTo(1, 3))
        .padding(random.upTo(0, 4), random.upTo(0, 4), random.upTo(0, 4), random.upTo(0, 4))
        .dilation(random.upTo(1, 3), random.upTo(1, 3))
        .groups(many)
        .epilogue(random.one(Epilogue.values()))
        .precision(random.below(8) == 0 ? Precision.TF32 : Precision.FP32)
        .sums(random.one(Sums.values()))
        .build();
  }

  private OpSpec<?> maxPool2d() {
    return MaxPool2d.builder()
        .layout(random.one(Layout.values()))
        .input(random.upTo(0, 5), random.extent(), random.extent(), random.extent())
        .window(random.upTo(1, 5), random.upTo(1, 5))
        .stride(random.upTo(1, 4), random.upTo(1, 4))
        .padding(random.upTo(0, 4), random.upTo(0, 4), random.upTo(0, 4), random.upTo(0, 4))
        .dilation(random.upTo(1, 3), random.upTo(1, 3))
        .ceilMode(random.coin())
        .reluInput(random.coin())
        .build();
  }

  /** One in four has a single window, as large as the image. */
  private OpSpec<?> averagePool2d() {
    int h = random.extent();
    int w = random.extent();
    boolean whole = random.below(4) == 0;
    AveragePool2dBuilder builder =
        AveragePool2d.builder()
            .layout(random.one(Layout.values()))
            .input(random.upTo(0, 5), random.extent(), h, w)
            .divisor(random.one(AveragePool2d.Divisor.values()));
    if (whole) {
      return builder.window(h, w).build();
    }
    return builder
        .window(random.upTo(1, 5), random.upTo(1, 5))
        .stride(random.upTo(1, 4), random.upTo(1, 4))
        .padding(random.upTo(0, 4), random.upTo(0, 4), random.upTo(0, 4), random.upTo(0, 4))
        .dilation(random.upTo(1, 3), random.upTo(1, 3))
        .ceilMode(random.coin())
        .build();
  }

  private OpSpec<?> softmaxCrossEntropy() {
    int classes = random.rowLength();
    int ignored = random.coin() ? GatherBatch.IGNORED : random.below(classes);
    return new SoftmaxCrossEntropy.Spec(
        random.size(), classes, random.one(Reduction.values()), ignored);
  }

  private OpSpec<?> batchNorm() {
    int batch = random.size();
    long rows = batch == 0 ? random.upTo(0, LONGEST) : (long) batch * random.extent();
    float epsilon = (float) Math.pow(10, -random.upTo(1, 6));
    return new BatchNorm.Spec(
        rows,
        random.rowLength(),
        epsilon,
        random.below(1001) / 1000f,
        random.coin(),
        batch,
        random.coin());
  }

  private OpSpec<?> denseLoss() {
    return new DenseLoss.Spec(
        random.one(DenseLoss.Kind.values()), random.size(), random.rowLength());
  }

  private OpSpec<?> activation() {
    Activation.Kind kind = random.one(Activation.Kind.values());
    float alpha = kind.hasAlpha() ? random.upTo(1, 1999) / 1000f : 0;
    return new Activation.Spec(kind, random.upTo(0, LONGEST), alpha);
  }

  private OpSpec<?> dropout() {
    float rate = random.below(5) == 0 ? 0 : random.upTo(1, 999) / 1000f;
    return new Dropout.Spec(random.upTo(0, LONGEST), rate, random.any());
  }

  private OpSpec<?> augment() {
    return Augment.builder()
        .input(
            random.upTo(0, 5),
            random.extent(),
            random.extent(),
            random.coin() ? 1 : random.upTo(1, 19))
        .seed(random.any())
        .shift(random.share(1.5), random.share(1.5))
        .wholePixels(random.coin())
        .rotation(random.share(3.1))
        .zoom(random.share(0.9))
        .flip(random.coin(), random.coin())
        .cutout(random.share(1))
        .brightness(random.share(1))
        .fill(random.share(1))
        .build();
  }

  private OpSpec<?> adam() {
    return new Adam.Spec(
        random.upTo(0, LONGEST),
        random.below(1000) / 1000f,
        random.below(1000) / 1000f,
        (float) Math.pow(10, -random.upTo(3, 8)),
        random.one(Adam.Form.values()),
        random.coin() ? 0 : random.upTo(1, 99) / 1000f,
        random.one(Adam.Decay.values()));
  }

  private OpSpec<?> sgd() {
    float momentum = random.coin() ? 0 : random.below(1000) / 1000f;
    float decay = random.coin() ? 0 : random.upTo(1, 99) / 1000f;
    return new Sgd.Spec(random.upTo(0, LONGEST), momentum, random.coin(), decay);
  }

  private OpSpec<?> rmsProp() {
    return new RmsProp.Spec(
        random.upTo(0, LONGEST),
        random.below(1000) / 1000f,
        random.coin() ? 0 : random.below(1000) / 1000f,
        (float) Math.pow(10, -random.upTo(1, 8)));
  }

  private OpSpec<?> gatherBatch() {
    return new GatherBatch.Spec(
        random.coin() ? DataType.UINT8 : DataType.FLOAT32,
        random.size(),
        random.rowLength(),
        random.size(),
        random.size(),
        random.coin() ? 1 : 1 / 255f,
        random.coin() ? 0 : -0.5f);
  }
}
