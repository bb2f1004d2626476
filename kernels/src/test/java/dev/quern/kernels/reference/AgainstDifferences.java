package dev.quern.kernels.reference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * Each backward pass against central differences of its forward pass: the gradient of {@code sum(u
 * * y(x))} by {@code x} must be what the backward pass gives for {@code dy = u}.
 */
abstract class AgainstDifferences {
  private static final double STEP = 1e-5;

  /** Truncation is of order STEP^2, rounding of 1e-16 / STEP. */
  private static final double ALLOWED = 1e-8;

  private final SplittableRandom random = new SplittableRandom(42);

  final double[] numbers(long count) {
    return random.doubles(count, -1, 1).toArray();
  }

  static double dot(double[] u, Bounded y) {
    double sum = 0;
    for (int i = 0; i < u.length; i++) {
      sum += u[i] * y.value(i);
    }
    return sum;
  }

  static void requireGradient(double[] x, ToDoubleFunction<double[]> loss, Bounded gradient) {
    assertThat(gradient.count()).isEqualTo(x.length);
    double largest = 0;
    for (int i = 0; i < x.length; i++) {
      double[] moved = x.clone();
      moved[i] = x[i] + STEP;
      double above = loss.applyAsDouble(moved);
      moved[i] = x[i] - STEP;
      double slope = (above - loss.applyAsDouble(moved)) / (2 * STEP);
      assertThat(Math.abs(slope - gradient.value(i)))
          .as("gradient by element %d: %s, by differences %s", i, gradient.value(i), slope)
          .isLessThan(ALLOWED);
      largest = Math.max(largest, Math.abs(slope));
    }
    assertThat(largest).as("largest gradient").isGreaterThan(0.01);
  }
}
