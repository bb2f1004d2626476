package dev.quern.kernels.cases;

import dev.quern.kernels.Pass;
import dev.quern.kernels.Softmax;
import dev.quern.kernels.reference.ReferenceSoftmax;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Cases of {@link Softmax}. */
final class SoftmaxCases {
  private SoftmaxCases() {}

  static Case<Softmax> of(Softmax.Spec spec, Fill fill, Variant variant) {
    return new Case<>(spec, fill, variant, in -> List.of(forward(spec, in), backward(spec, in)));
  }

  private static Run<Softmax> forward(Softmax.Spec spec, Inputs in) {
    Source x = in.logits("x", spec.count());
    Arguments arguments = new Arguments(in).input("x", x);
    String y = arguments.output("y", spec.count(), "x");
    return new Run<>(
        Pass.FORWARD,
        arguments.list(),
        (kernel, stream, to) -> kernel.forward(stream, to.get("x"), to.get(y)),
        () -> Map.of(y, Expected.rounded(ReferenceSoftmax.forward(spec, x.numbers()))));
  }

  private static Run<Softmax> backward(Softmax.Spec spec, Inputs in) {
    Source x = in.logits("x", spec.count());
    Source y = Source.computed(spec.count(), () -> ReferenceSoftmax.forward(spec, x.numbers()));
    Source dy = in.floats("dy", spec.count());
    Arguments arguments = new Arguments(in).input("y", y).input("dy", dy);
    String dx = arguments.output("dx", spec.count(), "dy", "y");
    return new Run<Softmax>(
            Pass.BACKWARD_DATA,
            arguments.list(),
            (kernel, stream, to) -> kernel.backward(stream, to.get("y"), to.get("dy"), to.get(dx)),
            () ->
                Map.of(
                    dx,
                    Expected.rounded(ReferenceSoftmax.backward(spec, y.numbers(), dy.numbers()))))
        .after(forward(spec, in));
  }

  static List<Case<Softmax>> all() {
    List<Case<Softmax>> cases = new ArrayList<>();
    for (boolean logarithm : new boolean[] {false, true}) {
      for (int classes : Cases.SIZES) {
        cases.add(of(new Softmax.Spec(5, classes, logarithm), Fill.REAL, Variant.PLAIN));
      }
      Softmax.Spec small = new Softmax.Spec(9, 10, logarithm);
      cases.add(of(new Softmax.Spec(0, 10, logarithm), Fill.REAL, Variant.PLAIN));
      cases.add(of(new Softmax.Spec(1000, 10, logarithm), Fill.REAL, Variant.PLAIN));
      cases.add(of(small, Fill.REAL, Variant.named("in-place").inPlaceOf("x", "dy")));
      cases.add(of(small, Fill.REAL, Variant.named("in-place-of-y").inPlaceOf("y")));
      cases.add(of(small, Fill.REAL, extreme()));
      cases.add(of(small, Fill.REAL, equal()));
      cases.add(of(new Softmax.Spec(7, 19, logarithm), Fill.REAL, notANumber()));
    }
    return cases;
  }

  /** Row 0 reaches to +-1e4, row 1 has minus infinities, row 2 lies far from 0 altogether. */
  private static Variant extreme() {
    return Variant.named("extreme")
        .floats(
            "x",
            x -> {
              x[2] = 1e4f;
              x[3] = -1e4f;
              x[14] = Float.NEGATIVE_INFINITY;
              x[17] = Float.NEGATIVE_INFINITY;
              for (int i = 20; i < 30; i++) {
                x[i] -= 5e4f;
              }
            });
  }

  private static Variant equal() {
    return Variant.named("equal").floats("x", x -> Arrays.fill(x, 0, 20, 2.5f));
  }

  /** One NaN in row 1, which must spoil that row alone. */
  private static Variant notANumber() {
    return Variant.named("nan").floats("x", x -> x[19 + 11] = Float.NaN);
  }
}
