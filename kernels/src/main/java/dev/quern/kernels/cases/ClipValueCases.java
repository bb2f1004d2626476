package dev.quern.kernels.cases;

import dev.quern.kernels.ClipValue;
import dev.quern.kernels.Pass;
import dev.quern.kernels.reference.ReferenceClipValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Cases of {@link ClipValue}. */
final class ClipValueCases {
  private ClipValueCases() {}

  static Case<ClipValue> of(ClipValue.Spec spec, Fill fill, Variant variant) {
    return new Case<>(spec, fill, variant, in -> List.of(clip(spec, in)));
  }

  private static Run<ClipValue> clip(ClipValue.Spec spec, Inputs in) {
    Source x = in.floats("x", spec.count());
    Arguments arguments = new Arguments(in).input("x", x);
    String y = arguments.output("y", spec.count(), "x");
    return new Run<>(
        Pass.FORWARD,
        arguments.list(),
        (kernel, stream, to) -> kernel.run(stream, to.get("x"), to.get(y)),
        () -> Map.of(y, Expected.rounded(ReferenceClipValue.clip(spec, x.numbers()))));
  }

  static List<Case<ClipValue>> all() {
    List<Case<ClipValue>> cases = new ArrayList<>();
    for (int count : Cases.SIZES) {
      cases.add(of(new ClipValue.Spec(count, -0.5f, 0.5f), Fill.REAL, Variant.PLAIN));
    }
    cases.add(of(new ClipValue.Spec(0, -1, 1), Fill.REAL, Variant.PLAIN));
    cases.add(of(new ClipValue.Spec(100, 0, 3), Fill.WHOLE, Variant.PLAIN));
    cases.add(of(new ClipValue.Spec(67, -0.5f, 0.25f), Fill.REAL, inPlace()));
    cases.add(of(new ClipValue.Spec(67, -0.5f, 0.5f), Fill.REAL, special()));
    cases.add(of(new ClipValue.Spec(67, Float.NEGATIVE_INFINITY, 0), Fill.REAL, special()));
    cases.add(of(new ClipValue.Spec(67, 0.1f, Float.POSITIVE_INFINITY), Fill.REAL, special()));
    cases.add(of(new ClipValue.Spec(225_034, -0.5f, 0.5f), Fill.REAL, Variant.PLAIN));
    return cases;
  }

  private static Variant inPlace() {
    return Variant.named("in-place").inPlaceOf("x");
  }

  private static Variant special() {
    float[] values = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0f, -0f};
    return Variant.named("special")
        .floats(
            "x",
            x -> {
              for (int i = 0; i < values.length; i++) {
                x[i * 3] = values[i];
                x[x.length - 1 - i] = values[i];
              }
            });
  }
}
