package dev.quern.kernels.cases;

import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Pass;
import dev.quern.kernels.reference.Bounded;
import dev.quern.kernels.reference.ReferenceConv2d;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** How the passes of {@link Conv2d} are run; the problems are in {@link Conv2dProblems}. */
final class Conv2dCases {
  private Conv2dCases() {}

  static Case<Conv2d> of(Conv2d.Spec spec, Fill fill, Variant variant) {
    return new Case<>(spec, fill, variant, in -> runs(spec, in));
  }

  private static List<Run<Conv2d>> runs(Conv2d.Spec spec, Inputs in) {
    List<Run<Conv2d>> runs = new ArrayList<>();
    runs.add(forward(spec, in));
    runs.add(backwardData(spec, in));
    runs.add(backwardFilter(spec, in));
    runs.add(backwardBias(spec, in));
    if (spec.epilogue().hasRelu()) {
      runs.add(backwardEpilogue(spec, in));
    }
    return runs;
  }

  private static Supplier<Map<String, Expected>> linear(
      Conv2d.Spec spec, Inputs in, String role, Supplier<Bounded> reference) {
    boolean whole = in.fill() == Fill.WHOLE;
    return () -> Map.of(role, Expected.linear(reference.get(), spec.precision(), whole));
  }

  private static Run<Conv2d> forward(Conv2d.Spec spec, Inputs in) {
    Source x = in.floats("x", spec.inputs());
    Source w = in.floats("w", spec.weights());
    Source b = in.floats("b", spec.k());
    boolean bias = spec.epilogue().hasBias();
    Arguments arguments = new Arguments(in).input("x", x).input("w", w);
    if (bias) {
      arguments.input("b", b);
    }
    arguments.output("y", spec.outputs());
    return new Run<>(
        Pass.FORWARD,
        arguments.list(),
        (kernel, stream, to) ->
            kernel.forward(stream, to.get("x"), to.get("w"), to.orNull("b"), to.get("y")),
        linear(
            spec,
            in,
            "y",
            () ->
                ReferenceConv2d.forward(
                    spec, x.numbers(), w.numbers(), bias ? b.numbers() : null)));
  }

  private static Run<Conv2d> backwardData(Conv2d.Spec spec, Inputs in) {
    Source dy = in.floats("dy", spec.outputs());
    Source w = in.floats("w", spec.weights());
    Arguments arguments = new Arguments(in).input("dy", dy).input("w", w);
    arguments.output("dx", spec.inputs());
    return new Run<>(
        Pass.BACKWARD_DATA,
        arguments.list(),
        (kernel, stream, to) ->
            kernel.backwardData(stream, to.get("dy"), to.get("w"), to.get("dx")),
        linear(
            spec, in, "dx", () -> ReferenceConv2d.backwardData(spec, dy.numbers(), w.numbers())));
  }

  private static Run<Conv2d> backwardFilter(Conv2d.Spec spec, Inputs in) {
    Source x = in.floats("x", spec.inputs());
    Source dy = in.floats("dy", spec.outputs());
    Arguments arguments = new Arguments(in).input("x", x).input("dy", dy);
    arguments.output("dw", spec.weights());
    return new Run<>(
        Pass.BACKWARD_FILTER,
        arguments.list(),
        (kernel, stream, to) ->
            kernel.backwardFilter(stream, to.get("x"), to.get("dy"), to.get("dw")),
        linear(
            spec, in, "dw", () -> ReferenceConv2d.backwardFilter(spec, x.numbers(), dy.numbers())));
  }

  private static Run<Conv2d> backwardBias(Conv2d.Spec spec, Inputs in) {
    Source dy = in.floats("dy", spec.outputs());
    Arguments arguments = new Arguments(in).input("dy", dy);
    arguments.output("db", spec.k());
    return new Run<>(
        Pass.BACKWARD_BIAS,
        arguments.list(),
        (kernel, stream, to) -> kernel.backwardBias(stream, to.get("dy"), to.get("db")),
        linear(spec, in, "db", () -> ReferenceConv2d.backwardBias(spec, dy.numbers())));
  }

  private static Run<Conv2d> backwardEpilogue(Conv2d.Spec spec, Inputs in) {
    Source y = in.rectified("y", spec.outputs());
    Source dy = in.floats("dy", spec.outputs());
    Arguments arguments = new Arguments(in).input("y", y).input("dy", dy);
    String dz = arguments.output("dz", spec.outputs(), "dy");
    return new Run<>(
        Pass.BACKWARD_EPILOGUE,
        arguments.list(),
        (kernel, stream, to) ->
            kernel.backwardEpilogue(stream, to.get("y"), to.get("dy"), to.get(dz)),
        linear(spec, in, dz, () -> ReferenceConv2d.backwardEpilogue(y.numbers(), dy.numbers())));
  }
}
