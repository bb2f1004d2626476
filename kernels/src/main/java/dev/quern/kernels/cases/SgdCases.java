package dev.quern.kernels.cases;

import dev.quern.kernels.Pass;
import dev.quern.kernels.Sgd;
import dev.quern.kernels.reference.ReferenceSgd;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Cases of {@link Sgd}. */
final class SgdCases {
  private static final float LEARNING_RATE = 0.01f;

  private SgdCases() {}

  static Case<Sgd> of(Sgd.Spec spec, Fill fill, Variant variant) {
    return new Case<>(spec, fill, variant, in -> List.of(update(spec, in)));
  }

  private static Run<Sgd> update(Sgd.Spec spec, Inputs in) {
    Source p = in.floats("p", spec.count());
    Source g = in.floats("g", spec.count());
    Source v = in.floats("v", spec.count());
    Source step = in.ints("step", 1, 0, 100);
    Arguments arguments =
        new Arguments(in)
            .updated("p", p)
            .input("g", g)
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
                to.get("v"),
                to.get("step"),
                to.get("learningRate")),
        () -> {
          ReferenceSgd after =
              ReferenceSgd.update(spec, p.numbers(), g.numbers(), v.numbers(), LEARNING_RATE);
          return Map.of(
              "p", Expected.rounded(after.p()),
              "v", Expected.rounded(after.v()),
              "step", Expected.exactly(step.ints()[0] + 1));
        });
  }

  static List<Case<Sgd>> all() {
    List<Case<Sgd>> cases = new ArrayList<>();
    for (int count : Cases.SIZES) {
      cases.add(of(new Sgd.Spec(count, 0.9f, false, 0), Fill.REAL, Variant.PLAIN));
    }
    cases.add(of(new Sgd.Spec(0, 0.9f, false, 0), Fill.REAL, Variant.PLAIN));
    cases.add(of(new Sgd.Spec(1001, 0, false, 0), Fill.REAL, Variant.PLAIN));
    cases.add(of(new Sgd.Spec(1001, 0.9f, true, 0), Fill.REAL, Variant.PLAIN));
    cases.add(of(new Sgd.Spec(1001, 0.5f, false, 0.01f), Fill.REAL, Variant.PLAIN));
    cases.add(of(new Sgd.Spec(1001, 0.99f, true, 0.1f), Fill.WHOLE, Variant.PLAIN));
    cases.add(of(new Sgd.Spec(225_034, 0.9f, false, 0), Fill.REAL, Variant.PLAIN));
    return cases;
  }
}
