package dev.quern.kernels.cases;

import static dev.quern.core.DataType.FLOAT32;

import dev.quern.kernels.DenseLoss;
import dev.quern.kernels.DenseLoss.Kind;
import dev.quern.kernels.GatherBatch;
import dev.quern.kernels.Pass;
import dev.quern.kernels.reference.ReferenceDenseLoss;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Cases of {@link DenseLoss}. */
final class DenseLossCases {
  private static final float PRIOR_LOSS = 1.5f;
  private static final int PRIOR_HITS = 3;

  private DenseLossCases() {}

  static Case<DenseLoss> of(DenseLoss.Spec spec, Fill fill, Variant variant) {
    return new Case<>(spec, fill, variant, in -> List.of(loss(spec, in)));
  }

  private static Run<DenseLoss> loss(DenseLoss.Spec spec, Inputs in) {
    Source z = in.logits("z", spec.count());
    Source targets = targets(spec, in);
    Source labels = in.ints("labels", spec.rows(), 0, 10);
    Arguments arguments = new Arguments(in).input("z", z);
    arguments.input("targets", targets).input("labels", labels);
    if (in.wants("loss")) {
      arguments.output("loss", 1);
    }
    String dz = in.wants("dz") ? arguments.output("dz", FLOAT32, spec.count(), "z") : "dz";
    if (in.wants("totals")) {
      arguments.updated("totalLoss", Source.of(PRIOR_LOSS));
      arguments.updated("totalHits", Source.of(PRIOR_HITS));
    }
    return new Run<>(
        Pass.FORWARD,
        arguments.list(),
        (kernel, stream, to) ->
            kernel.run(
                stream,
                to.get("z"),
                to.get("targets"),
                to.get("labels"),
                to.orNull("loss"),
                to.orNull(dz),
                to.orNull("totalLoss"),
                to.orNull("totalHits")),
        () -> expected(spec, z, targets, labels, dz));
  }

  /**
   * Numbers in steps of a quarter, so that often two targets of a row are equal and often one is 0;
   * of a distribution, they add up to about 1.
   */
  private static Source targets(DenseLoss.Spec spec, Inputs in) {
    float share =
        spec.kind() == Kind.CATEGORICAL_CROSS_ENTROPY ? 2f / Math.max(2, spec.outputs()) : 1;
    Source numbers = in.floats("targets", spec.count());
    return spec.kind() == Kind.MEAN_SQUARED_ERROR
        ? numbers
        : numbers.each((i, value) -> share * Math.min(1, Math.round(Math.abs(value) * 4) / 4f));
  }

  private static Map<String, Expected> expected(
      DenseLoss.Spec spec, Source z, Source targets, Source labels, String dz) {
    ReferenceDenseLoss after =
        ReferenceDenseLoss.of(spec, z.numbers(), targets.numbers(), labels.ints(), PRIOR_LOSS);
    Map<String, Expected> expected = new HashMap<>();
    expected.put("loss", Expected.rounded(after.loss()));
    expected.put(dz, Expected.rounded(after.dz()));
    expected.put("totalLoss", Expected.rounded(after.totalLoss()));
    expected.put("totalHits", Expected.exactly(PRIOR_HITS + after.hits()));
    return expected;
  }

  static List<Case<DenseLoss>> all() {
    List<Case<DenseLoss>> cases = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      for (int outputs : Cases.SIZES) {
        cases.add(plain(new DenseLoss.Spec(kind, 6, outputs)));
      }
      cases.add(plain(new DenseLoss.Spec(kind, 0, 10)));
      cases.add(plain(new DenseLoss.Spec(kind, 1000, 1)));
      cases.add(plain(new DenseLoss.Spec(kind, 1000, 10)));
      DenseLoss.Spec spec = new DenseLoss.Spec(kind, 9, 10);
      cases.add(of(spec, Fill.WHOLE, Variant.PLAIN));
      cases.add(of(spec, Fill.REAL, Variant.named("in-place").inPlaceOf("z")));
      cases.add(of(spec, Fill.REAL, Variant.named("loss-only").without("dz", "totals")));
      cases.add(of(spec, Fill.REAL, Variant.named("gradient-only").without("loss", "totals")));
      cases.add(of(spec, Fill.REAL, Variant.named("totals-only").without("loss", "dz")));
      cases.add(of(spec, Fill.REAL, ignored("some-ignored", 2, 6)));
      cases.add(of(spec, Fill.REAL, ignored("all-ignored", 0, 9)));
      cases.add(of(spec, Fill.REAL, right()));
      cases.add(of(spec, Fill.REAL, extreme()));
      cases.add(of(spec, Fill.REAL, equal()));
    }
    DenseLoss.Spec spec = new DenseLoss.Spec(Kind.CATEGORICAL_CROSS_ENTROPY, 9, 10);
    cases.add(of(spec, Fill.REAL, impossible()));
    return cases;
  }

  private static Case<DenseLoss> plain(DenseLoss.Spec spec) {
    return of(spec, Fill.REAL, Variant.PLAIN);
  }

  private static Variant ignored(String name, int from, int to) {
    return Variant.named(name)
        .ints("labels", l -> Arrays.fill(l, from, to, GatherBatch.IGNORED))
        .floats("z", z -> Arrays.fill(z, 10 * from, 10 * to, Float.NaN));
  }

  /** Six rows whose answer is right: each has the target 1 where its logit is above 0. */
  private static Variant right() {
    return Variant.named("right")
        .floats("z", z -> sixRows(z, 2.5f, -1))
        .floats("targets", t -> sixRows(t, 1, 0));
  }

  private static void sixRows(float[] values, float right, float wrong) {
    for (int i = 0; i < 60; i++) {
      values[i] = i % 7 == 0 ? right : wrong;
    }
  }

  /** Logits of 1e4 and -1e4, right and wrong, which decide the loss. */
  private static Variant extreme() {
    return Variant.named("extreme")
        .floats(
            "z",
            z -> {
              z[2] = 1e4f;
              z[13] = -1e4f;
              z[14] = 1e4f;
              z[27] = -1e4f;
              z[31] = 100;
              z[45] = -90;
            })
        .floats(
            "targets",
            t -> {
              t[2] = 1;
              t[13] = 1;
              t[14] = 0;
              t[27] = 0;
            });
  }

  /** Rows of equal numbers, where the first place counts as the largest. */
  private static Variant equal() {
    return Variant.named("equal")
        .floats("z", z -> Arrays.fill(z, 0, 40, -1.25f))
        .floats(
            "targets",
            t -> {
              Arrays.fill(t, 0, 30, 0.25f);
              t[19] = 1;
            });
  }

  /** A logit of minus infinity where the target is 0, and a NaN in a row of its own. */
  private static Variant impossible() {
    return Variant.named("impossible")
        .without("totals")
        .floats(
            "z",
            z -> {
              z[4] = Float.NEGATIVE_INFINITY;
              z[17] = Float.NaN;
            })
        .floats("targets", t -> t[4] = 0);
  }
}
