package dev.quern.kernels.cases;

import dev.quern.kernels.Augment;
import dev.quern.kernels.AugmentBuilder;
import dev.quern.kernels.Pass;
import dev.quern.kernels.reference.ReferenceAugment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Cases of {@link Augment}. */
final class AugmentCases {
  /** Every setting alone, in an order of no meaning. */
  private static final List<UnaryOperator<AugmentBuilder>> SETTINGS =
      List.of(
          b -> b,
          b -> b.shift(0.2f, 0),
          b -> b.shift(0, 0.2f).fill(-0.5f),
          b -> b.shift(0.2f, 0.3f).wholePixels(true),
          b -> b.rotation(0.3f),
          b -> b.rotation((float) Math.PI).fill(2),
          b -> b.zoom(0.3f),
          b -> b.zoom(0.99f),
          b -> b.flip(true, false),
          b -> b.flip(false, true),
          b -> b.cutout(0.4f).fill(0.5f),
          b -> b.cutout(1),
          b -> b.brightness(0.25f),
          // Out of the picture more often than not, and four times farther than it is long.
          b -> b.shift(2, 2).wholePixels(true).flip(true, true),
          b -> b.shift(4, 4).fill(1),
          AugmentCases::everything);

  private AugmentCases() {}

  static AugmentBuilder everything(AugmentBuilder builder) {
    return builder
        .shift(0.1f, 0.15f)
        .rotation(0.5f)
        .zoom(0.2f)
        .flip(true, true)
        .cutout(0.3f)
        .brightness(0.2f)
        .fill(0.1f);
  }

  static Case<Augment> of(Augment.Spec spec, Fill fill, Variant variant) {
    return new Case<>(spec, fill, variant, in -> List.of(forward(spec, in)));
  }

  private static Run<Augment> forward(Augment.Spec spec, Inputs in) {
    Source x = in.floats("x", spec.count());
    Source step = in.ints("step", 1, 0, 1000);
    Arguments arguments = new Arguments(in).input("x", x).input("step", step);
    String y = arguments.output("y", spec.count());
    return new Run<>(
        Pass.FORWARD,
        arguments.list(),
        (kernel, stream, to) -> kernel.forward(stream, to.get("x"), to.get("step"), to.get(y)),
        () ->
            Map.of(
                y, Expected.rounded(ReferenceAugment.forward(spec, x.numbers(), step.ints()[0]))));
  }

  static List<Case<Augment>> all() {
    List<Case<Augment>> cases = new ArrayList<>();
    for (UnaryOperator<AugmentBuilder> setting : SETTINGS) {
      cases.add(real(setting, 5, 28, 28, 1));
      cases.add(real(setting, 3, 32, 32, 3));
      cases.add(real(setting, 4, 5, 7, 2));
      cases.add(real(setting, 3, 1, 1, 1));
    }
    for (int width : Cases.WIDTHS) {
      cases.add(real(AugmentCases::everything, 2, 9, width, 1));
      cases.add(real(AugmentCases::everything, 2, width, 6, 3));
      cases.add(real(AugmentCases::everything, 2, 4, 5, width + 1));
    }
    cases.add(real(AugmentCases::everything, 0, 28, 28, 1));
    cases.add(real(AugmentCases::everything, 1, 1, 300, 4));
    cases.add(real(AugmentCases::everything, 1, 200, 150, 3));
    // A limit of extents, where positions need all their bits.
    cases.add(real(b -> everything(b).shift(4, 4).zoom(0.9f), 2, 1, Augment.Spec.LONGEST, 1));
    cases.addAll(special());
    // The MNIST network's own, and that of small coloured pictures.
    cases.add(real(b -> b.shift(0.1f, 0.1f).rotation(0.17f), 32, 28, 28, 1));
    cases.add(real(b -> b.shift(0.1f, 0.1f).rotation(0.17f).flip(true, false), 32, 32, 32, 3));
    return cases;
  }

  /** Steps, seeds and pixels of special values. */
  private static List<Case<Augment>> special() {
    List<Case<Augment>> cases = new ArrayList<>();
    Augment.Spec spec = everything(Augment.builder().input(4, 11, 13, 2).seed(17)).build();
    for (int step : new int[] {-1, 0, Integer.MIN_VALUE}) {
      Variant variant = Variant.named("step" + step).ints("step", value -> value[0] = step);
      cases.add(of(spec, Fill.REAL, variant));
    }
    for (long seed : new long[] {-1, 0x123456789ABCDEF0L}) {
      cases.add(
          of(
              everything(Augment.builder().input(4, 11, 13, 1).seed(seed)).build(),
              Fill.WHOLE,
              Variant.PLAIN));
    }
    for (int channels : new int[] {1, 3}) {
      for (UnaryOperator<AugmentBuilder> setting : SETTINGS) {
        AugmentBuilder builder = Augment.builder().input(3, 8, 9, channels).seed(5);
        cases.add(of(setting.apply(builder).build(), Fill.REAL, unusual()));
      }
    }
    return cases;
  }

  private static Variant unusual() {
    return Variant.named("unusual")
        .floats(
            "x",
            x -> {
              x[0] = Float.NaN;
              x[x.length / 7] = Float.NaN;
              x[x.length / 3] = Float.POSITIVE_INFINITY;
              x[x.length / 2] = Float.NEGATIVE_INFINITY;
              x[x.length - 1] = Float.NaN;
            });
  }

  private static Case<Augment> real(
      UnaryOperator<AugmentBuilder> setting, int n, int h, int w, int c) {
    Augment.Spec spec = setting.apply(Augment.builder().input(n, h, w, c).seed(17)).build();
    return of(spec, Fill.REAL, Variant.PLAIN);
  }
}
