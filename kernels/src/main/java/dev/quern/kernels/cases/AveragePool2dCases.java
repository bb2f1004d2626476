package dev.quern.kernels.cases;

import static dev.quern.core.DataType.FLOAT32;

import dev.quern.kernels.AveragePool2d;
import dev.quern.kernels.AveragePool2d.Divisor;
import dev.quern.kernels.AveragePool2dBuilder;
import dev.quern.kernels.Layout;
import dev.quern.kernels.Pass;
import dev.quern.kernels.Precision;
import dev.quern.kernels.reference.Bounded;
import dev.quern.kernels.reference.ReferenceAveragePool2d;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Cases of {@link AveragePool2d}. */
final class AveragePool2dCases {
  private AveragePool2dCases() {}

  static Case<AveragePool2d> of(AveragePool2d.Spec spec, Fill fill, Variant variant) {
    return new Case<>(spec, fill, variant, in -> List.of(forward(spec, in), backward(spec, in)));
  }

  private static Run<AveragePool2d> forward(AveragePool2d.Spec spec, Inputs in) {
    Source x = in.floats("x", spec.inputs());
    Arguments arguments = new Arguments(in).input("x", x);
    arguments.output("y", FLOAT32, spec.outputs());
    return new Run<>(
        Pass.FORWARD,
        arguments.list(),
        (kernel, stream, to) -> kernel.forward(stream, to.get("x"), to.get("y")),
        () -> Map.of("y", expected(spec, in, ReferenceAveragePool2d.forward(spec, x.numbers()))));
  }

  private static Run<AveragePool2d> backward(AveragePool2d.Spec spec, Inputs in) {
    Source dy = in.floats("dy", spec.outputs());
    Arguments arguments = new Arguments(in).input("dy", dy);
    arguments.output("dx", spec.inputs());
    return new Run<>(
        Pass.BACKWARD_DATA,
        arguments.list(),
        (kernel, stream, to) -> kernel.backward(stream, to.get("dy"), to.get("dx")),
        () ->
            Map.of("dx", expected(spec, in, ReferenceAveragePool2d.backward(spec, dy.numbers()))));
  }

  /** Sums of whole numbers stay exact when they are divided by powers of two. */
  private static Expected expected(AveragePool2d.Spec spec, Inputs in, Bounded values) {
    boolean halves =
        IntStream.range(0, spec.p()).map(spec::divisorH).allMatch(d -> Integer.bitCount(d) == 1)
            && IntStream.range(0, spec.q())
                .map(spec::divisorW)
                .allMatch(d -> Integer.bitCount(d) == 1);
    return Expected.linear(values, Precision.FP32, in.fill() == Fill.WHOLE && halves);
  }

  static List<Case<AveragePool2d>> all() {
    List<Case<AveragePool2d>> cases = new ArrayList<>();
    for (Layout layout : Layout.values()) {
      for (int size : Cases.WIDTHS) {
        both(cases, pool(layout, 2, size, 6, 5));
        both(cases, pool(layout, 1, 3, 4, size + 1));
        real(cases, pool(layout, 2, size, 5, 4).window(5, 4)); // the whole image
        real(cases, pool(layout, 1, size, 7, 6).window(3, 3).stride(2, 1).padding(1, 1, 1, 1));
      }
      for (AveragePool2dBuilder edge : edges(layout)) {
        both(cases, edge.divisor(Divisor.INSIDE));
        real(cases, edge.divisor(Divisor.WINDOW));
        whole(cases, edge.divisor(Divisor.SUM)); // exact whatever the window
      }
      cases.add(of(pool(layout, 2, 5, 16, 17).window(3, 3).build(), Fill.REAL, special()));
      // Behind ResNet's last stage, and an image's worth of sums.
      real(cases, pool(layout, 32, 512, 7, 7).window(7, 7));
      both(cases, pool(layout, 1, 3, 224, 160).window(224, 160));
      both(cases, pool(layout, 32, 32, 26, 26));
    }
    return cases;
  }

  private static void both(List<Case<AveragePool2d>> cases, AveragePool2dBuilder builder) {
    whole(cases, builder);
    real(cases, builder);
  }

  private static void whole(List<Case<AveragePool2d>> cases, AveragePool2dBuilder builder) {
    cases.add(of(builder.build(), Fill.WHOLE, Variant.PLAIN));
  }

  private static void real(List<Case<AveragePool2d>> cases, AveragePool2dBuilder builder) {
    cases.add(of(builder.build(), Fill.REAL, Variant.PLAIN));
  }

  private static List<AveragePool2dBuilder> edges(Layout layout) {
    return List.of(
        pool(layout, 0, 3, 6, 6),
        pool(layout, 1, 1, 1, 1).window(1, 1),
        pool(layout, 2, 3, 6, 8).window(2, 4),
        pool(layout, 2, 19, 7, 9),
        pool(layout, 2, 3, 7, 9).window(3, 3).stride(1, 1),
        pool(layout, 2, 3, 7, 9).window(3, 3).stride(2, 2).padding(1, 1, 1, 1),
        pool(layout, 2, 17, 7, 9).window(2, 3).stride(2, 1).padding(0, 1, 1, 2),
        pool(layout, 2, 3, 13, 11).window(3, 2).stride(1, 2).dilation(2, 3),
        pool(layout, 2, 3, 7, 7).ceilMode(true),
        pool(layout, 2, 3, 8, 8).window(3, 3).stride(2, 2).ceilMode(true).padding(1, 1, 1, 1),
        pool(layout, 2, 5, 9, 8).window(4, 5).stride(3, 3).ceilMode(true).padding(2, 0, 1, 2),
        pool(layout, 2, 3, 9, 10).stride(5, 4), // pixels that no window holds
        // Windows of padding alone in the corners.
        pool(layout, 2, 3, 3, 3).padding(3, 3, 3, 3),
        pool(layout, 2, 3, 2, 2).window(3, 3).stride(1, 1).padding(4, 0, 2, 5).dilation(2, 1),
        pool(layout, 1, 2, 19, 23).window(19, 23),
        pool(layout, 2, 3, 1, 300).window(1, 300),
        pool(layout, 2, 2, 5, 4).window(9, 8).padding(2, 2, 2, 2)); // larger than the image
  }

  private static AveragePool2dBuilder pool(Layout layout, int n, int c, int h, int w) {
    return AveragePool2d.builder().layout(layout).input(n, c, h, w);
  }

  /** NaN and infinities in some windows and not in others, in both passes. */
  private static Variant special() {
    float[] values = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
    return Variant.named("special")
        .floats("x", x -> spread(values, x))
        .floats("dy", dy -> spread(values, dy));
  }

  private static void spread(float[] values, float[] target) {
    int apart = target.length / (2 * values.length) + 1;
    for (int i = 0; i * apart < target.length; i++) {
      target[i * apart] = values[i % values.length];
    }
  }
}
