package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The loops over vectors against those in plain Java. */
final class ElementLoopsTest {
  private final ElementLoops vector = new VectorElementLoops();
  private final ElementLoops scalar = new ScalarElementLoops();
  private final ElementLoops standIn = new PlainElementLoops(VectorWidth.LANES);

  /** A loop from two sources to a target. */
  private interface Loop {
    void run(ElementLoops loops, long a, long b, long target, int count);
  }

  @ParameterizedTest
  @MethodSource("dev.quern.cpu.Loops#lengths")
  void agreeOnEveryBit(int count) {
    requireSame(count, (loops, a, b, y, n) -> loops.relu(a, y, n));
    requireSame(count, (loops, a, b, y, n) -> loops.reluGradient(a, b, y, n));
    requireSame(count, (loops, a, b, y, n) -> loops.scale(a, y, n, 0.3f, -1.7f));
    requireSame(count, (loops, a, b, y, n) -> loops.scaleBytes(a, y, n, 1 / 255f, -0.5f));
    requireSame(count, (loops, a, b, y, n) -> loops.fill(y, n, 2.5f));
    requireSame(count, (loops, a, b, y, n) -> loops.add(a, b, y, n));
    requireSame(count, (loops, a, b, y, n) -> loops.clip(a, y, n, -1.5f, 2));
    requireSame(count, (loops, a, b, y, n) -> loops.addRow(a, b, y, 1, n));
  }

  private void requireSame(int count, Loop loop) {
    float[] expected = result(vector, count, loop);
    assertThat(result(scalar, count, loop)).containsExactly(expected);
    assertThat(result(standIn, count, loop)).containsExactly(expected);
  }

  private static float[] result(ElementLoops loops, int count, Loop loop) {
    Random random = new Random(count);
    try (GuardedMemory a = GuardedMemory.of(GuardedMemory.random(random, count));
        GuardedMemory b = GuardedMemory.of(GuardedMemory.random(random, count));
        GuardedMemory y = new GuardedMemory(count)) {
      loop.run(loops, a.address(), b.address(), y.address(), count);
      assertThat(a.floats()).isEqualTo(GuardedMemory.random(new Random(count), count));
      assertThat(b.floats()).hasSize(count);
      return y.floats();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.quern.cpu.Loops#lengths")
  void sumsAgreeButForRounding(int count) {
    float[] values = GuardedMemory.random(new Random(count), count);
    try (GuardedMemory x = GuardedMemory.of(values)) {
      float[] sums = {vector.sum(x.address(), count)};
      Loops.requireClose(sums, new float[] {scalar.sum(x.address(), count)}, 16, count);
    }
  }

  /** Squares up to 1e76, which float32 does not hold. */
  @ParameterizedTest
  @MethodSource("dev.quern.cpu.Loops#lengths")
  void sumsOfSquaresAgreeButForRounding(int count) {
    float[] values = GuardedMemory.random(new Random(count), count);
    double expected = 0;
    for (int i = 0; i < count; i++) {
      values[i] *= i % 2 == 0 ? 1e38f / 4 : 1;
      expected += (double) values[i] * values[i];
    }
    try (GuardedMemory x = GuardedMemory.of(values)) {
      for (ElementLoops loops : new ElementLoops[] {vector, scalar}) {
        assertThat(loops.sumOfSquares(x.address(), count))
            .isCloseTo(expected, within(1e-12 * expected));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.quern.cpu.Loops#positiveLengths")
  void columnSumsAgreeButForRounding(int channels) {
    for (int rows : new int[] {0, 1, 4, 7, 30}) {
      float[] values = GuardedMemory.random(new Random(rows), rows * channels);
      try (GuardedMemory x = GuardedMemory.of(values);
          GuardedMemory sums = new GuardedMemory(channels);
          GuardedMemory expected = new GuardedMemory(channels)) {
        vector.sumColumns(x.address(), rows, channels, sums.address());
        float[] result = sums.floats();
        scalar.sumColumns(x.address(), rows, channels, expected.address());
        Loops.requireClose(result, expected.floats(), 8, 4 * Math.max(rows, 1));
        standIn.sumColumns(x.address(), rows, channels, sums.address());
        assertThat(sums.floats()).containsExactly(result);
      }
    }
  }

  @Test
  void rowsGetTheSameBias() {
    for (int channels : new int[] {1, 3, 16, 20}) {
      float[] values = GuardedMemory.random(new Random(channels), 5 * channels);
      float[] bias = GuardedMemory.random(new Random(-channels), channels);
      float[] expected = new float[values.length];
      for (int i = 0; i < values.length; i++) {
        expected[i] = values[i] + bias[i % channels];
      }
      try (GuardedMemory x = GuardedMemory.of(values);
          GuardedMemory b = GuardedMemory.of(bias)) {
        vector.addRow(x.address(), b.address(), x.address(), 5, channels);
        assertThat(x.floats()).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.quern.cpu.Loops#lengths")
  void oneElementIsEnoughNotToBeFinite(int count) {
    float[] values = GuardedMemory.random(new Random(count), count);
    for (int i = 0; i < count; i += 3) {
      values[i] *= 1e37f;
    }
    try (GuardedMemory x = GuardedMemory.of(values)) {
      for (ElementLoops loops : new ElementLoops[] {vector, scalar, standIn}) {
        assertThat(loops.finite(x.address(), count)).isTrue();
        for (int i = 0; i < count; i++) {
          long element = x.address() + 4L * i;
          for (float other :
              new float[] {Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY}) {
            NativeMemory.setFloat(element, other);
            assertThat(loops.finite(x.address(), count)).as("%s at %d", other, i).isFalse();
          }
          NativeMemory.setFloat(element, values[i]);
        }
      }
    }
  }

  @Test
  void reluKeepsNanAndItsGradientStopsThere() {
    float[] special = {
      Float.NaN,
      -Float.NaN,
      -0f,
      0f,
      Float.NEGATIVE_INFINITY,
      Float.POSITIVE_INFINITY,
      Float.MIN_VALUE
    };
    float[] values = new float[35]; // two vectors and a rest
    for (int i = 0; i < values.length; i++) {
      values[i] = special[i % special.length];
    }
    for (ElementLoops loops : new ElementLoops[] {vector, scalar}) {
      try (GuardedMemory x = GuardedMemory.of(values);
          GuardedMemory y = new GuardedMemory(values.length);
          GuardedMemory dx = new GuardedMemory(values.length)) {
        loops.relu(x.address(), y.address(), values.length);
        float[] out = y.floats();
        loops.fill(x.address(), values.length, 3);
        loops.reluGradient(y.address(), x.address(), dx.address(), values.length);
        float[] gradient = dx.floats();
        for (int i = 0; i < values.length; i++) {
          Float expected = values[i] <= 0 ? 0f : values[i];
          assertThat(Float.valueOf(out[i])).isEqualTo(expected); // as an object NaN equals NaN
          assertThat(gradient[i]).isEqualTo(values[i] > 0 ? 3f : 0f);
        }
      }
    }
  }
}
