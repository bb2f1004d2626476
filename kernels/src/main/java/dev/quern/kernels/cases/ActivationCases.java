package dev.quern.kernels.cases;

import dev.quern.kernels.Activation;
import dev.quern.kernels.Activation.Kind;
import dev.quern.kernels.Pass;
import dev.quern.kernels.reference.ReferenceActivation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Cases of {@link Activation}. */
final class ActivationCases {
  /** Brings inputs from [-1, 1) to where the functions bend. */
  private static final float REACH = 6;

  private ActivationCases() {}

  static Case<Activation> of(Activation.Spec spec, Fill fill, Variant variant) {
    return new Case<>(spec, fill, variant, in -> List.of(forward(spec, in), backward(spec, in)));
  }

  private static Source inputs(Activation.Spec spec, Inputs in) {
    return in.floats("x", spec.count(), REACH);
  }

  private static Run<Activation> forward(Activation.Spec spec, Inputs in) {
    Source x = inputs(spec, in);
    Arguments arguments = new Arguments(in).input("x", x);
    String y = arguments.output("y", spec.count(), "x");
    return new Run<>(
        Pass.FORWARD,
        arguments.list(),
        (kernel, stream, to) -> kernel.forward(stream, to.get("x"), to.get(y)),
        () -> Map.of(y, Expected.rounded(ReferenceActivation.forward(spec, x.numbers()))));
  }

  private static Run<Activation> backward(Activation.Spec spec, Inputs in) {
    boolean savesInput = spec.kind().savesInput();
    String role = savesInput ? "x" : "y";
    Source x = inputs(spec, in);
    Source saved =
        savesInput
            ? x
            : Source.computed(spec.count(), () -> ReferenceActivation.forward(spec, x.numbers()));
    Source dy = in.floats("dy", spec.count());
    Arguments arguments = new Arguments(in).input(role, saved).input("dy", dy);
    String dx = arguments.output("dx", spec.count(), "dy", role);
    Run<Activation> run =
        new Run<>(
            Pass.BACKWARD_DATA,
            arguments.list(),
            (kernel, stream, to) -> kernel.backward(stream, to.get(role), to.get("dy"), to.get(dx)),
            () ->
                Map.of(
                    dx,
                    Expected.rounded(
                        ReferenceActivation.backward(spec, saved.numbers(), dy.numbers()))));
    return savesInput ? run : run.after(forward(spec, in));
  }

  static List<Case<Activation>> all() {
    List<Case<Activation>> cases = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      for (int count : Cases.SIZES) {
        cases.add(of(spec(kind, count), Fill.REAL, Variant.PLAIN));
      }
      cases.add(of(spec(kind, 0), Fill.REAL, Variant.PLAIN));
      cases.add(of(spec(kind, 100), Fill.WHOLE, Variant.PLAIN));
      Variant inPlace = Variant.named("in-place").inPlaceOf("x", "dy");
      cases.add(of(spec(kind, 67), Fill.REAL, inPlace));
      String saved = kind.savesInput() ? "x" : "y";
      cases.add(
          of(spec(kind, 67), Fill.REAL, Variant.named("in-place-of-" + saved).inPlaceOf(saved)));
      cases.add(of(spec(kind, 67), Fill.REAL, special()));
      cases.add(of(spec(kind, 1009), Fill.REAL, everySize()));
    }
    cases.add(of(new Activation.Spec(Kind.LEAKY_RELU, 1009, 1.5f), Fill.REAL, Variant.PLAIN));
    cases.add(of(new Activation.Spec(Kind.ELU, 1009, 0.2f), Fill.REAL, Variant.PLAIN));
    // What the first convolution of the MNIST network puts out.
    cases.add(of(spec(Kind.GELU, 32 * 26 * 26 * 32), Fill.REAL, Variant.PLAIN));
    return cases;
  }

  private static Activation.Spec spec(Kind kind, int count) {
    return switch (kind) {
      case LEAKY_RELU -> new Activation.Spec(kind, count, 0.3f);
      case ELU -> new Activation.Spec(kind, count, 1);
      case SIGMOID, TANH, SILU, GELU -> new Activation.Spec(kind, count);
    };
  }

  /** What overflows or has a limit, in both signs, spread over a vector and its rest. */
  private static Variant special() {
    float[] values = {
      Float.NaN, Float.POSITIVE_INFINITY, 0f, Float.MIN_NORMAL, 1e4f, 1e38f, 15, 87, 89, 104
    };
    return Variant.named("special")
        .floats(
            "x",
            x -> {
              for (int i = 0; i < values.length; i++) {
                x[i * 3] = values[i];
                x[i * 3 + 1] = -values[i];
                x[x.length - 1 - i] = -values[i];
              }
            });
  }

  /** Powers of two from 2^-110 to 2^110 in both signs: small results are accurate, too. */
  private static Variant everySize() {
    return Variant.named("every-size")
        .floats(
            "x",
            x -> {
              for (int i = 0; i < x.length; i++) {
                double power = 110 * (2.0 * i / x.length - 1);
                x[i] = (float) (i % 2 == 0 ? Math.pow(2, power) : -Math.pow(2, power));
              }
            });
  }
}
