package dev.quern.kernels.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.kernels.AveragePool2d;
import dev.quern.kernels.AveragePool2d.Divisor;
import dev.quern.kernels.AveragePool2dBuilder;
import dev.quern.kernels.MaxPool2d;
import org.junit.jupiter.api.Test;

/** Maxima and averages over windows that were worked out by hand. */
class ReferencePoolingTest {
  private static final double NAN = Double.NaN;

  @Test
  void poolingRulesOfTies() {
    MaxPool2d.Spec spec =
        MaxPool2d.builder().input(1, 1, 1, 6).window(1, 2).padding(0, 2, 0, 0).build();
    double[] x = {5, 5, NAN, NAN, Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY};
    ReferenceMaxPool2d.Maxima maxima = ReferenceMaxPool2d.forward(spec, x);
    assertThat(maxima.y().values())
        .containsExactly(Double.NEGATIVE_INFINITY, 5, NAN, Double.NEGATIVE_INFINITY);
    assertThat(maxima.argmax()).containsExactly(-1, 0, 3, 4);
    Bounded dx =
        ReferenceMaxPool2d.backward(
            spec, maxima.y().values(), maxima.argmax(), new double[] {7, 1, 2, 3});
    assertThat(dx.values()).containsExactly(1, 0, 0, 2, 3, 0);
  }

  /** Windows of 3 that begin at -2, 0, 2 and 4: the last hangs over the padded end by one. */
  @Test
  void averagesByEachDivisor() {
    AveragePool2dBuilder builder =
        AveragePool2d.builder()
            .input(1, 1, 1, 5)
            .window(1, 3)
            .stride(1, 2)
            .padding(0, 2, 0, 1)
            .ceilMode(true);
    double[] x = {12, 6, 3, 9, 24};
    assertThat(averages(builder, Divisor.INSIDE, x)).containsExactly(12, 7, 12, 24);
    assertThat(averages(builder, Divisor.WINDOW, x)).containsExactly(4, 7, 12, 12);
    assertThat(averages(builder, Divisor.SUM, x)).containsExactly(12, 21, 36, 24);
    AveragePool2d.Spec spec = builder.divisor(Divisor.WINDOW).build();
    assertThat(ReferenceAveragePool2d.backward(spec, new double[] {3, 6, 9, 4}).values())
        .containsExactly(3, 2, 5, 3, 5);
  }

  private static double[] averages(AveragePool2dBuilder builder, Divisor divisor, double[] x) {
    return ReferenceAveragePool2d.forward(builder.divisor(divisor).build(), x).values();
  }

  /** Each output's gradient, repeated over its window: UpSampling2D by nearest neighbours. */
  @Test
  void sumsSideBySideGoBackAsUpsampling() {
    AveragePool2d.Spec spec =
        AveragePool2d.builder().input(1, 1, 2, 4).divisor(Divisor.SUM).build();
    assertThat(ReferenceAveragePool2d.backward(spec, new double[] {7, 9}).values())
        .containsExactly(7, 7, 9, 9, 7, 7, 9, 9);
  }
}
