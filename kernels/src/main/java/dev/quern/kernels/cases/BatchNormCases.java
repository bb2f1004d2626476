package dev.quern.kernels.cases;

import dev.quern.kernels.BatchNorm;
import dev.quern.kernels.GatherBatch;
import dev.quern.kernels.Pass;
import dev.quern.kernels.reference.ReferenceBatchNorm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Cases of {@link BatchNorm}. */
final class BatchNormCases {
  private BatchNormCases() {}

  static Case<BatchNorm> of(BatchNorm.Spec spec, Fill fill, Variant variant) {
    return new Case<>(
        spec,
        fill,
        variant,
        in -> List.of(forward(spec, in), inference(spec, in), backward(spec, in)));
  }

  private static boolean labelled(BatchNorm.Spec spec, Inputs in) {
    return spec.batch() > 0 && in.wants("labels");
  }

  /** Labels from -1 on: every tenth image is ignored. */
  private static Source labels(BatchNorm.Spec spec, Inputs in) {
    return in.ints("labels", spec.batch(), GatherBatch.IGNORED, 9);
  }

  private static ReferenceBatchNorm reference(BatchNorm.Spec spec, Inputs in, Source labels) {
    return new ReferenceBatchNorm(spec, labelled(spec, in) ? labels.ints() : null);
  }

  private static Run<BatchNorm> forward(BatchNorm.Spec spec, Inputs in) {
    Source x = in.floats("x", spec.count());
    Source gamma = in.floats("gamma", spec.channels());
    Source beta = in.floats("beta", spec.channels());
    Source movingMean = in.floats("movingMean", spec.channels());
    Source movingVariance = in.squares("movingVariance", spec.channels());
    Source labels = labels(spec, in);
    Arguments arguments = new Arguments(in).input("x", x).input("gamma", gamma).input("beta", beta);
    arguments.updated("movingMean", movingMean).updated("movingVariance", movingVariance);
    if (labelled(spec, in)) {
      arguments.input("labels", labels);
    }
    arguments.output("y", spec.count());
    arguments.output("mean", spec.channels());
    arguments.output("invStd", spec.channels());
    return new Run<>(
        Pass.FORWARD,
        arguments.list(),
        (kernel, stream, to) ->
            kernel.forward(
                stream,
                to.get("x"),
                to.get("gamma"),
                to.get("beta"),
                to.get("movingMean"),
                to.get("movingVariance"),
                to.orNull("labels"),
                to.get("y"),
                to.get("mean"),
                to.get("invStd")),
        () ->
            expected(
                reference(spec, in, labels)
                    .forward(
                        x.numbers(),
                        gamma.numbers(),
                        beta.numbers(),
                        movingMean.numbers(),
                        movingVariance.numbers())));
  }

  private static Map<String, Expected> expected(ReferenceBatchNorm.Trained after) {
    return Map.of(
        "y", Expected.rounded(after.y()),
        "mean", Expected.rounded(after.mean()),
        "invStd", Expected.rounded(after.invStd()),
        "movingMean", Expected.rounded(after.movingMean()),
        "movingVariance", Expected.rounded(after.movingVariance()));
  }

  private static Run<BatchNorm> inference(BatchNorm.Spec spec, Inputs in) {
    Source x = in.floats("x", spec.count());
    Source gamma = in.floats("gamma", spec.channels());
    Source beta = in.floats("beta", spec.channels());
    Source mean = in.floats("movingMean", spec.channels());
    Source variance = in.squares("movingVariance", spec.channels());
    Arguments arguments =
        new Arguments(in)
            .input("x", x)
            .input("gamma", gamma)
            .input("beta", beta)
            .input("movingMean", mean)
            .input("movingVariance", variance);
    String y = arguments.output("y", spec.count(), "x");
    return new Run<>(
        Pass.INFERENCE,
        arguments.list(),
        (kernel, stream, to) ->
            kernel.infer(
                stream,
                to.get("x"),
                to.get("gamma"),
                to.get("beta"),
                to.get("movingMean"),
                to.get("movingVariance"),
                to.get(y)),
        () ->
            Map.of(
                y,
                Expected.rounded(
                    new ReferenceBatchNorm(spec, null)
                        .infer(
                            x.numbers(),
                            gamma.numbers(),
                            beta.numbers(),
                            mean.numbers(),
                            variance.numbers()))));
  }

  /** The saved statistics are made up: the formula holds for any. */
  private static Run<BatchNorm> backward(BatchNorm.Spec spec, Inputs in) {
    Source x = in.floats("x", spec.count());
    Source dy = in.floats("dy", spec.count());
    Source gamma = in.floats("gamma", spec.channels());
    Source mean = in.floats("mean", spec.channels());
    Source invStd = in.squares("invStd", spec.channels()).each((i, value) -> value + 0.5f);
    Source labels = labels(spec, in);
    Arguments arguments = new Arguments(in).input("x", x).input("dy", dy).input("gamma", gamma);
    arguments.input("mean", mean).input("invStd", invStd);
    if (labelled(spec, in)) {
      arguments.input("labels", labels);
    }
    String dx = in.wants("dx") ? arguments.output("dx", spec.count(), "dy") : "dx";
    if (in.wants("dgamma")) {
      arguments.output("dgamma", spec.channels());
      arguments.output("dbeta", spec.channels());
    }
    return new Run<>(
        Pass.BACKWARD_DATA,
        arguments.list(),
        (kernel, stream, to) ->
            kernel.backward(
                stream,
                to.get("x"),
                to.get("dy"),
                to.get("gamma"),
                to.get("mean"),
                to.get("invStd"),
                to.orNull("labels"),
                to.orNull(dx),
                to.orNull("dgamma"),
                to.orNull("dbeta")),
        () ->
            expected(
                dx,
                reference(spec, in, labels)
                    .backward(
                        x.numbers(),
                        dy.numbers(),
                        gamma.numbers(),
                        mean.numbers(),
                        invStd.numbers())));
  }

  private static Map<String, Expected> expected(String dx, ReferenceBatchNorm.Gradients after) {
    return Map.of(
        dx,
        Expected.rounded(after.dx()),
        "dgamma",
        Expected.rounded(after.dgamma()),
        "dbeta",
        Expected.rounded(after.dbeta()));
  }

  static List<Case<BatchNorm>> all() {
    List<Case<BatchNorm>> cases = new ArrayList<>();
    for (int size : Cases.SIZES) {
      cases.add(plain(new BatchNorm.Spec(7, size, 0)));
      cases.add(plain(new BatchNorm.Spec(size, 6, 0)));
      cases.add(plain(new BatchNorm.Spec(3L * size, 33, size)));
      cases.add(plain(new BatchNorm.Spec(9, size, 0).relu(true)));
    }
    cases.add(plain(new BatchNorm.Spec(0, 5, 0)));
    cases.add(plain(new BatchNorm.Spec(0, 5, 4)));
    cases.add(plain(new BatchNorm.Spec(10_007, 1, 0)));
    cases.add(plain(new BatchNorm.Spec(300, 700, 12)));
    cases.add(of(new BatchNorm.Spec(200, 20, 0), Fill.WHOLE, Variant.PLAIN));
    for (float momentum : new float[] {0, 0.9f, 1}) {
      for (boolean unbiased : new boolean[] {false, true}) {
        cases.add(plain(new BatchNorm.Spec(60, 18, 1e-5f, momentum, unbiased, 6, unbiased)));
      }
    }
    cases.add(plain(new BatchNorm.Spec(1, 18, 1e-5f, 0.9f, true, 1, false)));
    // More rows than one block has, and images that cross the blocks.
    BatchNorm.Spec spec = new BatchNorm.Spec(12 * 101, 24, 12);
    cases.add(of(spec, Fill.REAL, Variant.named("all-count").without("labels")));
    cases.add(of(spec, Fill.REAL, Variant.named("in-place").inPlaceOf("x", "dy")));
    cases.add(of(spec, Fill.REAL, Variant.named("no-dx").without("dx")));
    cases.add(of(spec, Fill.REAL, Variant.named("dx-only").without("dgamma")));
    cases.add(of(spec, Fill.REAL, ignored("one-counts", 0, 11)));
    cases.add(of(spec, Fill.REAL, ignored("last-ignored", 7, 12)));
    cases.add(of(spec, Fill.REAL, ignored("none-counts", 0, 12)));
    cases.add(of(spec, Fill.REAL, unreadable(24 * 101)));
    cases.add(of(spec, Fill.REAL, farFromZero()));
    cases.add(of(spec, Fill.REAL, firstRowFarOff(24)));
    cases.add(of(spec, Fill.REAL, special(24)));
    cases.add(of(spec.relu(true), Fill.REAL, special(24)));
    cases.add(of(spec.relu(true), Fill.REAL, Variant.named("in-place").inPlaceOf("x", "dy")));
    // As behind the MNIST network's convolutions.
    cases.add(plain(new BatchNorm.Spec(32 * 26 * 26, 32, 32)));
    cases.add(plain(new BatchNorm.Spec(32 * 11 * 11, 64, 32)));
    return cases;
  }

  private static Case<BatchNorm> plain(BatchNorm.Spec spec) {
    return of(spec, Fill.REAL, Variant.PLAIN);
  }

  private static Variant ignored(String name, int from, int to) {
    return Variant.named(name)
        .ints(
            "labels",
            labels -> {
              Arrays.fill(labels, 3);
              Arrays.fill(labels, from, to, GatherBatch.IGNORED);
            });
  }

  /** Images that do not count, in the middle and at the end, spoil nothing, whatever is in them. */
  private static Variant unreadable(int image) {
    return ignored("nan-ignored", 11, 12)
        .ints("labels", labels -> labels[4] = GatherBatch.IGNORED)
        .floats("x", x -> spoil(x, image))
        .floats("dy", dy -> spoil(dy, image));
  }

  private static void spoil(float[] values, int image) {
    Arrays.fill(values, 4 * image, 5 * image, Float.NaN);
    Arrays.fill(values, 11 * image, 12 * image, Float.NaN);
  }

  /** Means a thousand times the standard deviation. */
  private static Variant farFromZero() {
    return Variant.named("far-from-zero")
        .floats("x", x -> add(x, 1000))
        .floats("movingMean", mean -> add(mean, 1000))
        .floats("mean", mean -> add(mean, 1000));
  }

  private static void add(float[] values, float shift) {
    for (int i = 0; i < values.length; i++) {
      values[i] += shift;
    }
  }

  /** A first row unlike all others, which a sum of differences from it must bear. */
  private static Variant firstRowFarOff(int channels) {
    return Variant.named("first-row-far-off").floats("x", x -> Arrays.fill(x, 0, channels, 100));
  }

  /** A channel that is always the same, one that has a NaN, and one that is large. */
  private static Variant special(int channels) {
    return Variant.named("special")
        .floats(
            "x",
            x -> {
              for (int i = 0; i < x.length; i += channels) {
                x[i] = 3.25f;
                x[i + 2] *= 1e15f;
              }
              x[20 * channels + 1] = Float.NaN;
            });
  }
}
