package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.kernels.Activation;
import dev.quern.kernels.Activation.Kind;
import dev.quern.kernels.reference.Bounded;
import dev.quern.kernels.reference.ReferenceActivation;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The loops over vectors against those in plain Java, and those against double. */
final class ActivationLoopsTest {
  private static final float ALPHA = 0.3f;
  private static final double UNIT = 0x1p-24;

  private final ActivationLoops vector = new VectorActivationLoops();
  private final ActivationLoops scalar = new ScalarActivationLoops();

  @ParameterizedTest
  @MethodSource("dev.quern.cpu.Loops#lengths")
  void agreeToTheBit(int count) {
    for (Kind kind : Kind.values()) {
      for (float reach : new float[] {1e-6f, 1, 10, 1e30f}) {
        float[] x = scaled(GuardedMemory.random(new Random(count), count), reach);
        float[] dy = GuardedMemory.random(new Random(-count), count);
        String what = kind + " of " + count + " up to " + reach;
        Loops.requireSame(forward(vector, kind, x), forward(scalar, kind, x), what);
        Loops.requireSame(backward(vector, kind, x, dy), backward(scalar, kind, x, dy), what);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void specialValuesAgreeToTheBit(Kind kind) {
    float[] special = {
      Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, 0, Float.MIN_VALUE, -88, -87.5f
    };
    float[] x = new float[40];
    for (int i = 0; i < x.length; i++) {
      x[i] = special[i % special.length];
    }
    Loops.requireSame(forward(vector, kind, x), forward(scalar, kind, x), kind.toString());
    Loops.requireSame(backward(vector, kind, x, x), backward(scalar, kind, x, x), kind.toString());
  }

  /** Takes the sign from zeros: which of the two comes out is nobody's business. */
  private static float[] unsigned(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] += 0f;
    }
    return values;
  }

  private static float[] scaled(float[] values, float factor) {
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
    return values;
  }

  private static float[] forward(ActivationLoops loops, Kind kind, float[] values) {
    try (GuardedMemory x = GuardedMemory.of(values);
        GuardedMemory y = new GuardedMemory(values.length)) {
      loops.forward(kind, ALPHA, x.address(), y.address(), values.length);
      return y.floats();
    }
  }

  private static float[] backward(ActivationLoops loops, Kind kind, float[] values, float[] dy) {
    try (GuardedMemory saved = GuardedMemory.of(values);
        GuardedMemory gradient = GuardedMemory.of(dy)) {
      loops.backward(
          kind, ALPHA, saved.address(), gradient.address(), gradient.address(), values.length);
      return gradient.floats();
    }
  }

  /**
   * From 2^-30 to 80, where nothing is 0 yet: far within the suite's bound. What is relative to the
   * square of x is the rounding of an exponent.
   */
  @ParameterizedTest
  @EnumSource
  void valuesAreAccurateRelativeToTheirSize(Kind kind) {
    float[] x = new float[80_000];
    for (int i = 0; i < x.length; i++) {
      float size = (float) Math.pow(2, -30 + i * 36.0 / x.length);
      x[i] = i % 2 == 0 ? size : -size;
    }
    Activation.Spec spec = new Activation.Spec(kind, x.length, kind.hasAlpha() ? ALPHA : 0);
    Bounded expected = ReferenceActivation.forward(spec, Bounded.widen(x));
    float[] actual = forward(scalar, kind, x);
    double worst = 0;
    for (int i = 0; i < x.length; i++) {
      double size = Math.abs(expected.value(i));
      double exponent = kind == Kind.GELU ? 0.5 * x[i] * x[i] : 0;
      if (size > Float.MIN_NORMAL) {
        double error = Math.abs(actual[i] - expected.value(i)) / (size * UNIT);
        worst = Math.max(worst, error / (1 + exponent));
      }
    }
    assertThat(worst).as("error in halves of a unit in the last place").isLessThan(10);
  }

  @Test
  void limitsAreReached() {
    float[] far = {-1e4f, 1e4f, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY};
    float infinity = Float.POSITIVE_INFINITY;
    requireLimits(Kind.SIGMOID, far, 0, 1, 0, 1);
    requireLimits(Kind.TANH, far, -1, 1, -1, 1);
    requireLimits(Kind.ELU, far, -ALPHA, 1e4f, -ALPHA, infinity);
    requireLimits(Kind.SILU, far, 0, 1e4f, 0, infinity);
    requireLimits(Kind.GELU, far, 0, 1e4f, 0, infinity);
    float[] ones = {1, 1, 1, 1};
    assertThat(unsigned(backward(scalar, Kind.SILU, far, ones))).containsExactly(0, 1, 0, 1);
    assertThat(unsigned(backward(scalar, Kind.GELU, far, ones))).containsExactly(0, 1, 0, 1);
  }

  private void requireLimits(Kind kind, float[] x, float... expected) {
    assertThat(unsigned(forward(scalar, kind, x))).as(kind.toString()).containsExactly(expected);
  }
}
