package dev.quern.kernels.cases;

import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.Pass;
import dev.quern.kernels.Precision;
import dev.quern.kernels.reference.ReferenceBiasAdd;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Cases of {@link BiasAdd}. */
final class BiasAddCases {
  private BiasAddCases() {}

  static Case<BiasAdd> of(BiasAdd.Spec spec, Fill fill, Variant variant) {
    return new Case<>(spec, fill, variant, in -> List.of(forward(spec, in), backward(spec, in)));
  }

  private static Run<BiasAdd> forward(BiasAdd.Spec spec, Inputs in) {
    Source x = in.floats("x", spec.count());
    Source b = in.floats("b", spec.channels());
    Arguments arguments = new Arguments(in).input("x", x).input("b", b);
    String y = arguments.output("y", spec.count(), "x");
    return new Run<>(
        Pass.FORWARD,
        arguments.list(),
        (kernel, stream, to) -> kernel.forward(stream, to.get("x"), to.get("b"), to.get(y)),
        () ->
            Map.of(
                y,
                Expected.linear(
                    ReferenceBiasAdd.forward(spec, x.numbers(), b.numbers()),
                    Precision.FP32,
                    in.fill() == Fill.WHOLE)));
  }

  private static Run<BiasAdd> backward(BiasAdd.Spec spec, Inputs in) {
    Source dy = in.floats("dy", spec.count());
    Arguments arguments = new Arguments(in).input("dy", dy);
    arguments.output("db", spec.channels());
    return new Run<>(
        Pass.BACKWARD_BIAS,
        arguments.list(),
        (kernel, stream, to) -> kernel.backward(stream, to.get("dy"), to.get("db")),
        () ->
            Map.of(
                "db",
                Expected.linear(
                    ReferenceBiasAdd.backward(spec, dy.numbers()),
                    Precision.FP32,
                    in.fill() == Fill.WHOLE)));
  }

  static List<Case<BiasAdd>> all() {
    List<Case<BiasAdd>> cases = new ArrayList<>();
    for (int channels : Cases.SIZES) {
      BiasAdd.Spec matrix = new BiasAdd.Spec(7, channels);
      cases.add(of(matrix, Fill.WHOLE, Variant.PLAIN));
      cases.add(of(matrix, Fill.REAL, Variant.PLAIN));
      cases.add(of(new BiasAdd.Spec(3, channels, 13), Fill.WHOLE, Variant.PLAIN));
      cases.add(of(new BiasAdd.Spec(2, 3, channels), Fill.REAL, Variant.PLAIN));
    }
    cases.add(of(new BiasAdd.Spec(0, 5), Fill.REAL, Variant.PLAIN));
    cases.add(of(new BiasAdd.Spec(0, 5, 4), Fill.REAL, Variant.PLAIN));
    cases.add(of(new BiasAdd.Spec(1, 1), Fill.REAL, Variant.PLAIN));
    cases.add(of(new BiasAdd.Spec(100_003, 1), Fill.REAL, Variant.PLAIN));
    cases.add(of(new BiasAdd.Spec(33, 10), Fill.REAL, inPlace()));
    cases.add(of(new BiasAdd.Spec(5, 7, 11), Fill.WHOLE, inPlace()));
    // The MNIST network's own: its convolutions' outputs in both layouts and its dense layers.
    cases.add(of(new BiasAdd.Spec(32 * 26 * 26, 32), Fill.WHOLE, Variant.PLAIN));
    cases.add(of(new BiasAdd.Spec(32, 64, 11 * 11), Fill.WHOLE, Variant.PLAIN));
    cases.add(of(new BiasAdd.Spec(32, 128), Fill.REAL, Variant.PLAIN));
    return cases;
  }

  private static Variant inPlace() {
    return Variant.named("in-place").inPlaceOf("x");
  }
}
