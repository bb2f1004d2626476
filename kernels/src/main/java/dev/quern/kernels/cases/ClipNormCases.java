package dev.quern.kernels.cases;

import dev.quern.kernels.ClipNorm;
import dev.quern.kernels.Pass;
import dev.quern.kernels.reference.ReferenceClipNorm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Cases of {@link ClipNorm}. */
final class ClipNormCases {
  private ClipNormCases() {}

  static Case<ClipNorm> of(ClipNorm.Spec spec, Fill fill, Variant variant) {
    return new Case<>(spec, fill, variant, in -> List.of(clip(spec, in)));
  }

  private static Run<ClipNorm> clip(ClipNorm.Spec spec, Inputs in) {
    Source g = in.floats("g", spec.count());
    Arguments arguments = new Arguments(in).updated("g", g);
    return new Run<>(
        Pass.UPDATE,
        arguments.list(),
        (kernel, stream, to) -> kernel.run(stream, to.get("g")),
        () -> Map.of("g", Expected.rounded(ReferenceClipNorm.clip(spec, g.numbers()))));
  }

  static List<Case<ClipNorm>> all() {
    List<Case<ClipNorm>> cases = new ArrayList<>();
    for (int count : Cases.SIZES) {
      cases.add(of(new ClipNorm.Spec(count, 0.01f), Fill.REAL, Variant.PLAIN));
    }
    cases.add(of(new ClipNorm.Spec(0, 1), Fill.REAL, Variant.PLAIN));
    cases.add(of(new ClipNorm.Spec(1001, 1000), Fill.REAL, Variant.named("short-enough")));
    cases.add(of(new ClipNorm.Spec(1001, 5), Fill.WHOLE, Variant.PLAIN));
    cases.add(of(new ClipNorm.Spec(1001, 1), Fill.REAL, filled("zero", 0)));
    cases.add(of(new ClipNorm.Spec(1001, 1), Fill.REAL, with("huge", 1e38f)));
    cases.add(of(new ClipNorm.Spec(1001, 1), Fill.REAL, filled("all-huge", -3e37f)));
    cases.add(of(new ClipNorm.Spec(1001, 1e30f), Fill.REAL, filled("large", 1e29f)));
    cases.add(of(new ClipNorm.Spec(1001, 1e-10f), Fill.REAL, filled("tiny", 1e-11f)));
    cases.add(of(new ClipNorm.Spec(1001, 1), Fill.REAL, filled("tiny", 1e-30f)));
    cases.add(of(new ClipNorm.Spec(1001, 1), Fill.REAL, with("nan", Float.NaN)));
    cases.add(of(new ClipNorm.Spec(1001, 1), Fill.REAL, with("infinite", Float.NEGATIVE_INFINITY)));
    cases.add(of(new ClipNorm.Spec(225_034, 1), Fill.REAL, Variant.PLAIN));
    cases.add(of(new ClipNorm.Spec(1_700_001, 0.5f), Fill.REAL, Variant.PLAIN));
    return cases;
  }

  private static Variant filled(String name, float value) {
    return Variant.named(name).floats("g", g -> Arrays.fill(g, value));
  }

  /** One element among ordinary ones. */
  private static Variant with(String name, float value) {
    return Variant.named(name).floats("g", g -> g[777] = value);
  }
}
