package dev.quern.kernels.cases;

import dev.quern.kernels.Add;
import dev.quern.kernels.Pass;
import dev.quern.kernels.Precision;
import dev.quern.kernels.reference.ReferenceAdd;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Cases of {@link Add}. */
final class AddCases {
  private AddCases() {}

  static Case<Add> of(Add.Spec spec, Fill fill, Variant variant) {
    return new Case<>(spec, fill, variant, in -> List.of(forward(spec, in)));
  }

  private static Run<Add> forward(Add.Spec spec, Inputs in) {
    Source a = in.floats("a", spec.count());
    Source b = in.floats("b", spec.count());
    Arguments arguments = new Arguments(in).input("a", a).input("b", b);
    String y = arguments.output("y", spec.count(), "a", "b");
    return new Run<>(
        Pass.FORWARD,
        arguments.list(),
        (kernel, stream, to) -> kernel.forward(stream, to.get("a"), to.get("b"), to.get(y)),
        () ->
            Map.of(
                y,
                Expected.linear(
                    ReferenceAdd.forward(a.numbers(), b.numbers()),
                    Precision.FP32,
                    in.fill() == Fill.WHOLE)));
  }

  static List<Case<Add>> all() {
    List<Case<Add>> cases = new ArrayList<>();
    for (int count : Cases.SIZES) {
      cases.add(of(new Add.Spec(count), Fill.REAL, Variant.PLAIN));
    }
    cases.add(of(new Add.Spec(0), Fill.REAL, Variant.PLAIN));
    cases.add(of(new Add.Spec(100), Fill.WHOLE, Variant.PLAIN));
    cases.add(of(new Add.Spec(67), Fill.REAL, Variant.named("in-place-of-a").inPlaceOf("a")));
    cases.add(of(new Add.Spec(67), Fill.REAL, Variant.named("in-place-of-b").inPlaceOf("b")));
    cases.add(of(new Add.Spec(127), Fill.REAL, special()));
    // The sum behind a residual block of ResNet's first stage, at batch 2.
    cases.add(of(new Add.Spec(2 * 56 * 56 * 256), Fill.WHOLE, Variant.PLAIN));
    return cases;
  }

  /** NaN, infinities against each other and against numbers, spread over a vector and its rest. */
  private static Variant special() {
    float[] values = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0f, -0f};
    return Variant.named("special")
        .floats("a", a -> spread(values, a, 0))
        .floats("b", b -> spread(values, b, 1));
  }

  private static void spread(float[] values, float[] target, int shift) {
    for (int i = 0; i < values.length; i++) {
      float value = values[(i + shift) % values.length];
      target[i * 3] = value;
      target[target.length - 1 - i] = value;
    }
  }
}
