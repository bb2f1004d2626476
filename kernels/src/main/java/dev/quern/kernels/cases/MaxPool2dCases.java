package dev.quern.kernels.cases;

import static dev.quern.core.DataType.FLOAT32;
import static dev.quern.core.DataType.INT32;

import dev.quern.kernels.Layout;
import dev.quern.kernels.MaxPool2d;
import dev.quern.kernels.Pass;
import dev.quern.kernels.Precision;
import dev.quern.kernels.reference.ReferenceMaxPool2d;
import dev.quern.kernels.reference.ReferenceMaxPool2d.Maxima;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Cases of {@link MaxPool2d}. */
final class MaxPool2dCases {
  private MaxPool2dCases() {}

  static Case<MaxPool2d> of(MaxPool2d.Spec spec, Fill fill, Variant variant) {
    return new Case<>(spec, fill, variant, in -> List.of(forward(spec, in), backward(spec, in)));
  }

  private static Source x(MaxPool2d.Spec spec, Inputs in) {
    return spec.reluInput() ? in.rectified("x", spec.inputs()) : in.floats("x", spec.inputs());
  }

  private static Run<MaxPool2d> forward(MaxPool2d.Spec spec, Inputs in) {
    Source x = x(spec, in);
    Arguments arguments = new Arguments(in).input("x", x);
    arguments.output("y", FLOAT32, spec.outputs());
    if (in.wants("argmax")) {
      arguments.output("argmax", INT32, spec.outputs());
    }
    return new Run<>(
        Pass.FORWARD,
        arguments.list(),
        (kernel, stream, to) ->
            kernel.forward(stream, to.get("x"), to.get("y"), to.orNull("argmax")),
        () -> {
          Maxima after = ReferenceMaxPool2d.forward(spec, x.numbers());
          return Map.of(
              "y", Expected.rounded(after.y()), "argmax", Expected.exactly(after.argmax()));
        });
  }

  private static Run<MaxPool2d> backward(MaxPool2d.Spec spec, Inputs in) {
    Source x = x(spec, in);
    Once<Maxima> maxima = new Once<>(() -> ReferenceMaxPool2d.forward(spec, x.numbers()));
    Source y =
        spec.reluInput()
            ? Source.computed(spec.outputs(), () -> maxima.get().y())
            : Source.unwritten(FLOAT32, spec.outputs()); // must not be read
    Source argmax = Source.whole(INT32, spec.outputs(), () -> Values.of(maxima.get().argmax()));
    Source dy = in.floats("dy", spec.outputs());
    Arguments arguments = new Arguments(in).input("y", y).input("argmax", argmax).input("dy", dy);
    arguments.output("dx", spec.inputs());
    return new Run<MaxPool2d>(
            Pass.BACKWARD_DATA,
            arguments.list(),
            (kernel, stream, to) ->
                kernel.backward(stream, to.get("y"), to.get("argmax"), to.get("dy"), to.get("dx")),
            () ->
                Map.of(
                    "dx",
                    Expected.linear(
                        ReferenceMaxPool2d.backward(spec, y.numbers(), argmax.ints(), dy.numbers()),
                        Precision.FP32,
                        in.fill() == Fill.WHOLE)))
        .after(forward(spec, in));
  }

  static List<Case<MaxPool2d>> all() {
    List<Case<MaxPool2d>> cases = new ArrayList<>();
    for (Layout layout : Layout.values()) {
      for (int size : Cases.WIDTHS) {
        both(cases, MaxPool2d.builder().layout(layout).input(2, size, 6, 5));
        both(cases, MaxPool2d.builder().layout(layout).input(1, 3, 4, size + 1));
      }
      edges(layout).forEach(builder -> both(cases, builder));
      MaxPool2d.Builder plain = MaxPool2d.builder().layout(layout).input(2, 5, 7, 8).window(3, 3);
      cases.add(of(plain.stride(2, 2).build(), Fill.REAL, notANumber()));
      cases.add(of(plain.build(), Fill.REAL, minusInfinity()));
      cases.add(of(plain.build(), Fill.REAL, Variant.named("inference").without("argmax")));
      // The MNIST network's own, behind its two convolutions.
      both(cases, MaxPool2d.builder().layout(layout).input(32, 32, 26, 26).reluInput(true));
      both(cases, MaxPool2d.builder().layout(layout).input(32, 64, 11, 11));
    }
    return cases;
  }

  private static void both(List<Case<MaxPool2d>> cases, MaxPool2d.Builder builder) {
    cases.add(of(builder.build(), Fill.WHOLE, Variant.PLAIN)); // full of ties
    cases.add(of(builder.build(), Fill.REAL, Variant.PLAIN));
  }

  private static List<MaxPool2d.Builder> edges(Layout layout) {
    return List.of(
        pool(layout, 0, 3, 6, 6),
        pool(layout, 1, 1, 1, 1).window(1, 1),
        pool(layout, 2, 3, 7, 9).window(3, 3).stride(1, 1),
        pool(layout, 2, 3, 7, 9).window(3, 3).stride(2, 2).padding(1, 1, 1, 1),
        pool(layout, 2, 17, 7, 9).window(2, 3).stride(2, 1).padding(0, 1, 1, 2),
        pool(layout, 2, 3, 13, 11).window(3, 2).stride(1, 2).dilation(2, 3),
        pool(layout, 2, 3, 7, 7).window(2, 2).ceilMode(true),
        pool(layout, 2, 3, 8, 8).window(3, 3).stride(2, 2).ceilMode(true).padding(1, 1, 1, 1),
        pool(layout, 2, 3, 9, 10).window(2, 2).stride(5, 4),
        // Windows of padding alone in the corners.
        pool(layout, 2, 3, 3, 3).window(2, 2).stride(2, 2).padding(3, 3, 3, 3),
        pool(layout, 2, 3, 2, 2).window(3, 3).stride(1, 1).padding(4, 0, 2, 5).dilation(2, 1),
        pool(layout, 3, 9, 6, 6).reluInput(true).padding(1, 1, 1, 1).stride(1, 1),
        pool(layout, 1, 2, 19, 23).window(19, 23));
  }

  private static MaxPool2d.Builder pool(Layout layout, int n, int c, int h, int w) {
    return MaxPool2d.builder().layout(layout).input(n, c, h, w);
  }

  /** NaN alone in some windows and twice in others. */
  private static Variant notANumber() {
    return Variant.named("nan")
        .floats(
            "x",
            x -> {
              for (int i = 0; i < x.length; i += 29) {
                x[i] = Float.NaN;
                x[i + 1] = i % 2 == 0 ? Float.NaN : x[i + 1];
              }
            });
  }

  /** Windows of minus infinity alone, which still have a first pixel that wins. */
  private static Variant minusInfinity() {
    return Variant.named("minus-infinity")
        .floats("x", x -> Arrays.fill(x, 0, x.length / 2, Float.NEGATIVE_INFINITY));
  }
}
