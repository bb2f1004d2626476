package dev.quern.kernels.cases;

import static dev.quern.core.DataType.FLOAT32;

import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.Pass;
import dev.quern.kernels.Precision;
import dev.quern.kernels.reference.ReferenceGemm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Cases of {@link Gemm}. */
final class GemmCases {
  /** What the gaps between the rows of C hold before and after. */
  private static final float GAP = -12345.5f;

  private GemmCases() {}

  /** How the matrices of a batch are stored; what they do not cover are gaps. */
  private record Stored(long rows, long columns, long lead, long stride, int batch) {

    /** Whether an element belongs to one of the matrices, which A's and B's may do to several. */
    boolean holds(long at) {
      long last = stride == 0 ? 0 : Math.min(batch - 1, at / stride);
      long within = at - last * stride;
      for (long t = last; t >= 0 && within / lead < rows; t--) {
        if (within % lead < columns) {
          return true;
        }
        within += stride;
      }
      return false;
    }
  }

  static Case<Gemm> of(Gemm.Spec spec, Fill fill, Variant variant) {
    return new Case<>(spec, fill, variant, in -> List.of(product(spec, in)));
  }

  private static Run<Gemm> product(Gemm.Spec spec, Inputs in) {
    Source a = spaced(in.floats("a", spec.elementsA()), storedA(spec), Float.NaN);
    Source b = spaced(in.floats("b", spec.elementsB()), storedB(spec), Float.NaN);
    Source old =
        spec.beta() == 0
            ? Source.unwritten(FLOAT32, spec.elementsC())
            : in.floats("c", spec.elementsC());
    Source c = spaced(old, storedC(spec), GAP);
    Source bias = in.floats("bias", spec.n());
    boolean hasBias = spec.epilogue().hasBias();
    Arguments arguments = new Arguments(in).input("a", a).input("b", b);
    if (hasBias) {
      arguments.input("bias", bias);
    }
    arguments.updated("c", c);
    boolean whole = in.fill() == Fill.WHOLE && isWhole(spec.alpha()) && isWhole(spec.beta());
    return new Run<>(
        Pass.FORWARD,
        arguments.list(),
        (kernel, stream, to) ->
            kernel.run(stream, to.get("a"), to.get("b"), to.orNull("bias"), to.get("c")),
        () ->
            Map.of(
                "c",
                Expected.linear(
                    ReferenceGemm.product(
                        spec,
                        a.numbers(),
                        b.numbers(),
                        hasBias ? bias.numbers() : null,
                        c.numbers()),
                    spec.precision(),
                    whole)));
  }

  private static boolean isWhole(float factor) {
    return factor == Math.rint(factor);
  }

  private static Stored storedA(Gemm.Spec spec) {
    int rows = spec.transA() ? spec.k() : spec.m();
    int columns = spec.transA() ? spec.m() : spec.k();
    return new Stored(rows, columns, spec.lda(), spec.strideA(), spec.batch());
  }

  private static Stored storedB(Gemm.Spec spec) {
    int rows = spec.transB() ? spec.n() : spec.k();
    int columns = spec.transB() ? spec.k() : spec.n();
    return new Stored(rows, columns, spec.ldb(), spec.strideB(), spec.batch());
  }

  private static Stored storedC(Gemm.Spec spec) {
    return new Stored(spec.m(), spec.n(), spec.ldc(), spec.strideC(), spec.batch());
  }

  private static Source spaced(Source values, Stored matrices, float gap) {
    return values.each((at, value) -> matrices.holds(at) ? value : gap);
  }

  static List<Case<Gemm>> all() {
    List<Case<Gemm>> cases = new ArrayList<>();
    for (int size : Cases.WIDTHS) {
      both(cases, Gemm.builder(size, 7, 5));
      both(cases, Gemm.builder(5, size, 7));
      both(cases, Gemm.builder(7, 5, size));
      both(cases, Gemm.builder(size, size, size).transposed(size % 2 == 0, size % 3 == 0));
    }
    for (boolean transA : new boolean[] {false, true}) {
      for (boolean transB : new boolean[] {false, true}) {
        transposed(transA, transB).forEach(builder -> both(cases, builder));
      }
    }
    edges().forEach(builder -> both(cases, builder));
    layers().forEach(b -> cases.add(of(b.build(), Fill.REAL, Variant.PLAIN)));
    return cases;
  }

  private static void both(List<Case<Gemm>> cases, Gemm.Builder builder) {
    cases.add(of(builder.build(), Fill.WHOLE, Variant.PLAIN));
    cases.add(of(builder.build(), Fill.REAL, Variant.PLAIN));
  }

  private static List<Gemm.Builder> transposed(boolean transA, boolean transB) {
    List<Gemm.Builder> builders = new ArrayList<>();
    for (Epilogue epilogue : Epilogue.values()) {
      Gemm.Builder primes = Gemm.builder(13, 37, 29).transposed(transA, transB);
      builders.add(primes.epilogue(epilogue));
    }
    builders.add(Gemm.builder(13, 37, 29).transposed(transA, transB).leads(41, 43, 47));
    builders.add(
        Gemm.builder(6, 19, 11)
            .transposed(transA, transB)
            .leads(20, 21, 22)
            .batch(3, 500, 600, 700)
            .scale(2, -3));
    return builders;
  }

  private static List<Gemm.Builder> edges() {
    return List.of(
        Gemm.builder(0, 5, 3),
        Gemm.builder(5, 0, 3),
        Gemm.builder(5, 4, 0),
        Gemm.builder(5, 4, 0).scale(1, 2).epilogue(Epilogue.BIAS_RELU),
        Gemm.builder(5, 4, 3).batch(0, 15, 12, 20),
        Gemm.builder(1, 1, 4099),
        Gemm.builder(4099, 1, 1),
        Gemm.builder(1, 4099, 1),
        Gemm.builder(8, 9, 10).scale(0, 1),
        Gemm.builder(8, 9, 10).scale(0.5f, 0),
        Gemm.builder(8, 9, 10).scale(-1, 1),
        Gemm.builder(8, 9, 10).scale(0.3f, 0.7f).epilogue(Epilogue.BIAS_RELU),
        // A and B shared by the whole batch.
        Gemm.builder(4, 5, 6).batch(7, 0, 30, 20),
        Gemm.builder(4, 5, 6).batch(7, 24, 0, 20),
        Gemm.builder(31, 33, 17).precision(Precision.TF32));
  }

  /** The MNIST network's dense layers with their gradients, and a square one for the roofline. */
  private static List<Gemm.Builder> layers() {
    return List.of(
        Gemm.builder(32, 128, 1600).epilogue(Epilogue.BIAS_RELU),
        Gemm.builder(32, 1600, 128).transposed(false, true),
        Gemm.builder(1600, 128, 32).transposed(true, false),
        Gemm.builder(32, 10, 128).epilogue(Epilogue.BIAS),
        Gemm.builder(32, 10, 1600),
        Gemm.builder(256, 256, 256));
  }
}
