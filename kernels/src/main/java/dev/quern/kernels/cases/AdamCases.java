package dev.quern.kernels.cases;

import dev.quern.kernels.Adam;
import dev.quern.kernels.Adam.Decay;
import dev.quern.kernels.Adam.Form;
import dev.quern.kernels.Pass;
import dev.quern.kernels.reference.ReferenceAdam;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Cases of {@link Adam}. */
final class AdamCases {
  private static final float LEARNING_RATE = 0.001f;

  private AdamCases() {}

  static Case<Adam> of(Adam.Spec spec, Fill fill, Variant variant) {
    return new Case<>(spec, fill, variant, in -> List.of(update(spec, in)));
  }

  private static Run<Adam> update(Adam.Spec spec, Inputs in) {
    Source p = in.floats("p", spec.count());
    Source g = in.floats("g", spec.count());
    Source m = in.floats("m", spec.count());
    Source v = in.squares("v", spec.count());
    Source step = in.ints("step", 1, 0, 100);
    Arguments arguments =
        new Arguments(in)
            .updated("p", p)
            .input("g", g)
            .updated("m", m)
            .updated("v", v)
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
                to.get("m"),
                to.get("v"),
                to.get("step"),
                to.get("learningRate")),
        () -> expected(spec, p, g, m, v, step.ints()[0]));
  }

  private static Map<String, Expected> expected(
      Adam.Spec spec, Source p, Source g, Source m, Source v, int step) {
    ReferenceAdam after =
        ReferenceAdam.update(
            spec, p.numbers(), g.numbers(), m.numbers(), v.numbers(), step, LEARNING_RATE);
    return Map.of(
        "p", Expected.rounded(after.p()),
        "m", Expected.rounded(after.m()),
        "v", Expected.rounded(after.v()),
        "step", Expected.exactly(step + 1));
  }

  static List<Case<Adam>> all() {
    List<Case<Adam>> cases = new ArrayList<>();
    for (int count : Cases.SIZES) {
      cases.add(of(new Adam.Spec(count), Fill.REAL, Variant.PLAIN));
    }
    cases.add(of(new Adam.Spec(0), Fill.REAL, Variant.PLAIN));
    for (Form form : Form.values()) {
      cases.add(of(settings(form, 0, Decay.L2), Fill.REAL, first()));
      cases.add(of(settings(form, 0, Decay.L2), Fill.REAL, step(100_000)));
      cases.add(of(settings(form, 0.01f, Decay.L2), Fill.REAL, Variant.PLAIN));
      cases.add(of(settings(form, 0.01f, Decay.DECOUPLED), Fill.REAL, Variant.PLAIN));
      cases.add(of(settings(form, 0, Decay.L2), Fill.REAL, noGradient()));
      Adam.Spec other = new Adam.Spec(257, 0, 0.5f, 1e-3f, form, 0, Decay.L2);
      cases.add(of(other, Fill.REAL, Variant.PLAIN));
    }
    // As many parameters as the MNIST network has.
    cases.add(of(new Adam.Spec(225_034), Fill.REAL, Variant.PLAIN));
    return cases;
  }

  private static Adam.Spec settings(Form form, float weightDecay, Decay decay) {
    return new Adam.Spec(1001, 0.9f, 0.999f, 1e-7f, form, weightDecay, decay);
  }

  /** The first step of all: no moments yet, and the largest bias corrections. */
  private static Variant first() {
    return step(0).floats("m", m -> Arrays.fill(m, 0)).floats("v", v -> Arrays.fill(v, 0));
  }

  private static Variant step(int step) {
    return Variant.named("step" + step).ints("step", value -> value[0] = step);
  }

  /** A parameter that never had a gradient: 0 / (0 + epsilon). */
  private static Variant noGradient() {
    return Variant.named("no-gradient")
        .floats("g", g -> Arrays.fill(g, 0, 100, 0))
        .floats("m", m -> Arrays.fill(m, 0, 100, 0))
        .floats("v", v -> Arrays.fill(v, 0, 100, 0));
  }
}
