package dev.quern.kernels.cases;

import dev.quern.kernels.Dropout;
import dev.quern.kernels.Pass;
import dev.quern.kernels.reference.ReferenceDropout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Cases of {@link Dropout}. */
final class DropoutCases {
  private DropoutCases() {}

  static Case<Dropout> of(Dropout.Spec spec, Fill fill, Variant variant) {
    return new Case<>(
        spec,
        fill,
        variant,
        in ->
            List.of(
                pass(spec, in, Pass.FORWARD, "x", "y"),
                pass(spec, in, Pass.BACKWARD_DATA, "dy", "dx")));
  }

  /** Both passes are the same map of a source to a target. */
  private static Run<Dropout> pass(
      Dropout.Spec spec, Inputs in, Pass pass, String source, String target) {
    Source x = in.floats(source, spec.count());
    Source step = in.ints("step", 1, 0, 1000);
    Arguments arguments = new Arguments(in).input(source, x).input("step", step);
    String y = arguments.output(target, spec.count(), source);
    Run.Call<Dropout> call =
        pass == Pass.FORWARD
            ? (kernel, stream, to) ->
                kernel.forward(stream, to.get(source), to.get("step"), to.get(y))
            : (kernel, stream, to) ->
                kernel.backward(stream, to.get(source), to.get("step"), to.get(y));
    return new Run<>(
        pass,
        arguments.list(),
        call,
        () ->
            Map.of(y, Expected.rounded(ReferenceDropout.apply(spec, x.numbers(), step.ints()[0]))));
  }

  static List<Case<Dropout>> all() {
    List<Case<Dropout>> cases = new ArrayList<>();
    for (int count : Cases.SIZES) {
      cases.add(of(new Dropout.Spec(count, 0.5f, 17), Fill.REAL, Variant.PLAIN));
    }
    for (float rate : new float[] {0, 0.1f, 0.25f, 0.9f, 0.999f}) {
      cases.add(of(new Dropout.Spec(1000, rate, 1), Fill.REAL, Variant.PLAIN));
    }
    cases.add(of(new Dropout.Spec(0, 0.5f, 17), Fill.REAL, Variant.PLAIN));
    // Seeds whose halves are all ones or differ, and a step that is negative as an int.
    cases.add(of(new Dropout.Spec(501, 0.5f, -1), Fill.WHOLE, Variant.PLAIN));
    cases.add(of(new Dropout.Spec(501, 0.5f, 0x123456789ABCDEF0L), Fill.REAL, step(-1)));
    cases.add(of(new Dropout.Spec(501, 0.5f, 17), Fill.REAL, step(0)));
    cases.add(
        of(
            new Dropout.Spec(77, 0.5f, 17),
            Fill.REAL,
            Variant.named("in-place").inPlaceOf("x", "dy")));
    // The MNIST network's own.
    cases.add(of(new Dropout.Spec(32 * 1600, 0.25f, 1), Fill.REAL, Variant.PLAIN));
    return cases;
  }

  private static Variant step(int step) {
    return Variant.named("step" + step).ints("step", value -> value[0] = step);
  }
}
