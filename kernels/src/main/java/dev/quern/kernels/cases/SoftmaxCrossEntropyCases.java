package dev.quern.kernels.cases;

import static dev.quern.core.DataType.FLOAT32;

import dev.quern.kernels.GatherBatch;
import dev.quern.kernels.Pass;
import dev.quern.kernels.SoftmaxCrossEntropy;
import dev.quern.kernels.SoftmaxCrossEntropy.Reduction;
import dev.quern.kernels.reference.ReferenceSoftmaxCrossEntropy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Cases of {@link SoftmaxCrossEntropy}. */
final class SoftmaxCrossEntropyCases {
  private static final float PRIOR_LOSS = 1.5f;
  private static final int PRIOR_HITS = 3;

  private SoftmaxCrossEntropyCases() {}

  static Case<SoftmaxCrossEntropy> of(SoftmaxCrossEntropy.Spec spec, Fill fill, Variant variant) {
    return new Case<>(spec, fill, variant, in -> List.of(loss(spec, in)));
  }

  private static Run<SoftmaxCrossEntropy> loss(SoftmaxCrossEntropy.Spec spec, Inputs in) {
    int reduced = spec.reduction() == Reduction.NONE ? spec.rows() : 1;
    Source z = in.logits("z", spec.count());
    Source labels = in.ints("labels", spec.rows(), 0, spec.classes());
    Source upstream = in.floats("upstream", reduced);
    Arguments arguments = new Arguments(in).input("z", z).input("labels", labels);
    if (in.wants("upstream")) {
      arguments.input("upstream", upstream);
    }
    if (in.wants("loss")) {
      arguments.output("loss", reduced);
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
                to.get("labels"),
                to.orNull("upstream"),
                to.orNull("loss"),
                to.orNull(dz),
                to.orNull("totalLoss"),
                to.orNull("totalHits")),
        () -> expected(spec, in, z, labels, upstream, dz));
  }

  private static Map<String, Expected> expected(
      SoftmaxCrossEntropy.Spec spec,
      Inputs in,
      Source z,
      Source labels,
      Source upstream,
      String dz) {
    ReferenceSoftmaxCrossEntropy after =
        ReferenceSoftmaxCrossEntropy.of(
            spec,
            z.numbers(),
            labels.ints(),
            in.wants("upstream") ? upstream.numbers() : null,
            PRIOR_LOSS);
    Map<String, Expected> expected = new HashMap<>();
    expected.put("loss", Expected.rounded(after.loss()));
    expected.put(dz, Expected.rounded(after.dz()));
    expected.put("totalLoss", Expected.rounded(after.totalLoss()));
    expected.put("totalHits", Expected.exactly(PRIOR_HITS + after.hits()));
    return expected;
  }

  static List<Case<SoftmaxCrossEntropy>> all() {
    List<Case<SoftmaxCrossEntropy>> cases = new ArrayList<>();
    for (Reduction reduction : Reduction.values()) {
      for (int classes : Cases.SIZES) {
        cases.add(plain(new SoftmaxCrossEntropy.Spec(6, classes, reduction)));
      }
      SoftmaxCrossEntropy.Spec spec = new SoftmaxCrossEntropy.Spec(9, 10, reduction);
      cases.add(plain(new SoftmaxCrossEntropy.Spec(0, 10, reduction)));
      cases.add(plain(new SoftmaxCrossEntropy.Spec(1000, 10, reduction)));
      cases.add(of(spec, Fill.REAL, bare("no-upstream")));
      cases.add(of(spec, Fill.REAL, bare("in-place").inPlaceOf("z")));
      cases.add(of(spec, Fill.REAL, bare("loss-only").without("dz", "totals")));
      cases.add(of(spec, Fill.REAL, bare("gradient-only").without("loss", "totals")));
      cases.add(of(spec, Fill.REAL, bare("totals-only").without("loss", "dz")));
      cases.add(of(spec, Fill.REAL, ignored("some-ignored", 2, 6)));
      cases.add(of(spec, Fill.REAL, ignored("all-ignored", 0, 9)));
      cases.add(of(spec, Fill.REAL, outside()));
      cases.add(of(spec, Fill.REAL, extreme()));
      cases.add(of(spec, Fill.REAL, equal()));
      // An ignored label that is a class as well.
      cases.add(plain(new SoftmaxCrossEntropy.Spec(50, 4, reduction, 2)));
    }
    return cases;
  }

  private static Case<SoftmaxCrossEntropy> plain(SoftmaxCrossEntropy.Spec spec) {
    return of(spec, Fill.REAL, Variant.PLAIN);
  }

  private static Variant bare(String name) {
    return Variant.named(name).without("upstream");
  }

  private static Variant ignored(String name, int from, int to) {
    return bare(name).ints("labels", l -> Arrays.fill(l, from, to, GatherBatch.IGNORED));
  }

  /** Labels that are no class; the totals are left out, as one such row makes them NaN for good. */
  private static Variant outside() {
    return bare("outside")
        .without("totals")
        .ints(
            "labels",
            labels -> {
              labels[1] = 10;
              labels[4] = -2;
              labels[7] = Integer.MAX_VALUE;
            });
  }

  /** The right class is 1e4 above, then 2e4 below the others; a wrong one is minus infinity. */
  private static Variant extreme() {
    return bare("extreme")
        .ints(
            "labels",
            labels -> {
              labels[0] = 2;
              labels[1] = 3;
              labels[2] = 5;
            })
        .floats(
            "z",
            z -> {
              z[2] = 1e4f;
              z[13] = -1e4f;
              z[14] = 1e4f;
              z[21] = Float.NEGATIVE_INFINITY;
            });
  }

  /** Rows of equal logits, where only class 0 is a hit. */
  private static Variant equal() {
    return bare("equal")
        .floats("z", z -> Arrays.fill(z, 0, 40, -1.25f))
        .ints(
            "labels",
            labels -> {
              labels[0] = 0;
              labels[1] = 9;
              labels[2] = 1;
            });
  }
}
