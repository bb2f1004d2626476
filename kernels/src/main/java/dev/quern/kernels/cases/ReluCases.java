package dev.quern.kernels.cases;

import dev.quern.kernels.Pass;
import dev.quern.kernels.Relu;
import dev.quern.kernels.reference.ReferenceRelu;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Cases of {@link Relu}. */
final class ReluCases {
  private ReluCases() {}

  static Case<Relu> of(Relu.Spec spec, Fill fill, Variant variant) {
    return new Case<>(spec, fill, variant, in -> List.of(forward(spec, in), backward(spec, in)));
  }

  private static Run<Relu> forward(Relu.Spec spec, Inputs in) {
    Source x = in.floats("x", spec.count());
    Arguments arguments = new Arguments(in).input("x", x);
    String y = arguments.output("y", spec.count(), "x");
    return new Run<>(
        Pass.FORWARD,
        arguments.list(),
        (kernel, stream, to) -> kernel.forward(stream, to.get("x"), to.get(y)),
        () -> Map.of(y, Expected.rounded(ReferenceRelu.forward(x.numbers()))));
  }

  private static Run<Relu> backward(Relu.Spec spec, Inputs in) {
    Source y = in.rectified("x", spec.count());
    Source dy = in.floats("dy", spec.count());
    Arguments arguments = new Arguments(in).input("y", y).input("dy", dy);
    String dx = arguments.output("dx", spec.count(), "dy", "y");
    return new Run<>(
        Pass.BACKWARD_DATA,
        arguments.list(),
        (kernel, stream, to) -> kernel.backward(stream, to.get("y"), to.get("dy"), to.get(dx)),
        () -> Map.of(dx, Expected.rounded(ReferenceRelu.backward(y.numbers(), dy.numbers()))));
  }

  static List<Case<Relu>> all() {
    List<Case<Relu>> cases = new ArrayList<>();
    for (int count : Cases.SIZES) {
      cases.add(of(new Relu.Spec(count), Fill.REAL, Variant.PLAIN));
    }
    cases.add(of(new Relu.Spec(0), Fill.REAL, Variant.PLAIN));
    cases.add(of(new Relu.Spec(100), Fill.WHOLE, Variant.PLAIN));
    cases.add(of(new Relu.Spec(67), Fill.REAL, Variant.named("in-place").inPlaceOf("x", "dy")));
    cases.add(of(new Relu.Spec(67), Fill.REAL, Variant.named("in-place-of-y").inPlaceOf("y")));
    cases.add(of(new Relu.Spec(67), Fill.REAL, special()));
    cases.add(of(new Relu.Spec(32 * 26 * 26 * 32), Fill.REAL, Variant.PLAIN));
    return cases;
  }

  /**
   * NaN, infinities, both zeros and the smallest normal number, spread over a vector and its rest.
   */
  private static Variant special() {
    float[] values = {
      Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0f, -0f, Float.MIN_NORMAL
    };
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
