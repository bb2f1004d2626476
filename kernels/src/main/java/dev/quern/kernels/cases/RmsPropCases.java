package dev.quern.kernels.cases;

import dev.quern.kernels.Pass;
import dev.quern.kernels.RmsProp;
import dev.quern.kernels.reference.ReferenceRmsProp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Cases of {@link RmsProp}. */
final class RmsPropCases {
  private static final float LEARNING_RATE = 0.001f;

  private RmsPropCases() {}

  static Case<RmsProp> of(RmsProp.Spec spec, Fill fill, Variant variant) {
    return new Case<>(spec, fill, variant, in -> List.of(update(spec, in)));
  }

  private static Run<RmsProp> update(RmsProp.Spec spec, Inputs in) {
    Source p = in.floats("p", spec.count());
    Source g = in.floats("g", spec.count());
    Source v = in.squares("v", spec.count());
    Source m = in.floats("m", spec.count());
    Source step = in.ints("step", 1, 0, 100);
    Arguments arguments =
        new Arguments(in)
            .updated("p", p)
            .input("g", g)
            .updated("v", v)
            .updated("m", m)
            .updated("step", step)
            .input("learningRate", Source.of(LEARNING_RATE));
    return new Run<>(
        Pass.UPDATE,
        arguments.list(),
        (kernel, stream, to) ->
            kernel.update(
                stream,
                to.get("p"),
                to.get("g"),
                to.get("v"),
                to.get("m"),
                to.get("step"),
                to.get("learningRate")),
        () -> {
          ReferenceRmsProp after =
              ReferenceRmsProp.update(
                  spec, p.numbers(), g.numbers(), v.numbers(), m.numbers(), LEARNING_RATE);
          return Map.of(
              "p", Expected.rounded(after.p()),
              "v", Expected.rounded(after.v()),
              "m", Expected.rounded(after.m()),
              "step", Expected.exactly(step.ints()[0] + 1));
        });
  }

  static List<Case<RmsProp>> all() {
    List<Case<RmsProp>> cases = new ArrayList<>();
    for (int count : Cases.SIZES) {
      cases.add(of(new RmsProp.Spec(count), Fill.REAL, Variant.PLAIN));
    }
    cases.add(of(new RmsProp.Spec(0), Fill.REAL, Variant.PLAIN));
    cases.add(of(new RmsProp.Spec(1001), Fill.REAL, noGradient()));
    cases.add(of(new RmsProp.Spec(1001, 0.9f, 0.9f, 1e-7f), Fill.REAL, Variant.PLAIN));
    cases.add(of(new RmsProp.Spec(1001, 0, 0.5f, 1e-3f), Fill.REAL, Variant.PLAIN));
    cases.add(of(new RmsProp.Spec(1001, 0.99f, 0.3f, 0.1f), Fill.WHOLE, Variant.PLAIN));
    cases.add(of(new RmsProp.Spec(225_034), Fill.REAL, Variant.PLAIN));
    return cases;
  }

  /** A parameter that never had a gradient: 0 / sqrt(0 + epsilon). */
  private static Variant noGradient() {
    return Variant.named("no-gradient")
        .floats("g", g -> Arrays.fill(g, 0, 100, 0))
        .floats("m", m -> Arrays.fill(m, 0, 100, 0))
        .floats("v", v -> Arrays.fill(v, 0, 100, 0));
  }
}
