package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The loops over vectors against those in plain Java, which compute in double. */
final class SoftmaxLoopsTest {
  private final SoftmaxLoops vector = new VectorSoftmaxLoops();
  private final SoftmaxLoops scalar = new ScalarSoftmaxLoops();
  private final SoftmaxLoops standIn = new PlainSoftmaxLoops(VectorWidth.LANES);

  /** A loop from two sources to a target. */
  private interface Loop {
    void run(SoftmaxLoops loops, long a, long b, long target, int classes);
  }

  @ParameterizedTest
  @MethodSource("dev.quern.cpu.Loops#positiveLengths")
  void agreeButForRounding(int classes) {
    requireClose(classes, 1e-37, (loops, a, b, y, n) -> loops.softmax(a, y, n));
    requireClose(classes, 16, (loops, a, b, y, n) -> loops.logSoftmax(a, y, n));
    requireClose(classes, 64 * classes, (loops, a, b, y, n) -> loops.softmaxGradient(a, b, y, n));
    requireClose(
        classes, 320 * classes, (loops, a, b, y, n) -> loops.logSoftmaxGradient(a, b, y, n));
  }

  private void requireClose(int classes, double magnitude, Loop loop) {
    Loops.requireClose(result(vector, classes, loop), result(scalar, classes, loop), 16, magnitude);
  }

  private static float[] result(SoftmaxLoops loops, int classes, Loop loop) {
    Random random = new Random(classes);
    try (GuardedMemory a = GuardedMemory.of(GuardedMemory.random(random, classes));
        GuardedMemory b = GuardedMemory.of(GuardedMemory.random(random, classes));
        GuardedMemory y = new GuardedMemory(classes)) {
      loop.run(loops, a.address(), b.address(), y.address(), classes);
      return y.floats();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.quern.cpu.Loops#positiveLengths")
  void lossAndGradientAgreeWithDouble(int classes) {
    for (SoftmaxLoops loops : new SoftmaxLoops[] {vector, scalar}) {
      float[] z = GuardedMemory.random(new Random(classes), classes);
      int label = classes / 2;
      double sum = 0;
      for (float v : z) {
        sum += Math.exp(v);
      }
      try (GuardedMemory logits = GuardedMemory.of(z);
          GuardedMemory result = new GuardedMemory(2)) {
        // The gradient lies over the logits.
        loops.loss(logits.address(), classes, label, 0.5f, logits.address(), result.address());
        assertThat((double) result.floats()[0]).isCloseTo(Math.log(sum) - z[label], within(2e-6));
        assertThat(result.ints()[1]).isEqualTo(firstLargest(z) == label ? 1 : 0);
        float[] dz = logits.floats();
        for (int j = 0; j < classes; j++) {
          double expected = 0.5 * (Math.exp(z[j]) / sum - (j == label ? 1 : 0));
          assertThat((double) dz[j]).isCloseTo(expected, within(2e-7));
        }
      }
    }
  }

  /** Small logits, large ones, and some whose exponentials are below the normal range or 0. */
  @ParameterizedTest
  @MethodSource("dev.quern.cpu.Loops#positiveLengths")
  void standInsAgreeOnEveryBit(int classes) {
    for (float size : new float[] {1e-3f, 1, 60, 1e4f}) {
      float[] z = GuardedMemory.random(new Random(classes), classes);
      for (int j = 0; j < classes; j++) {
        z[j] *= size;
      }
      assertThat(lossAndSoftmax(standIn, z)).containsExactly(lossAndSoftmax(vector, z));
    }
  }

  private static float[] lossAndSoftmax(SoftmaxLoops loops, float[] z) {
    int label = z.length / 2;
    try (GuardedMemory logits = GuardedMemory.of(z);
        GuardedMemory results = new GuardedMemory(4);
        GuardedMemory gradient = new GuardedMemory(z.length);
        GuardedMemory y = new GuardedMemory(z.length)) {
      long result = results.address();
      loops.loss(logits.address(), z.length, label, 0.3f, gradient.address(), result);
      loops.loss(logits.address(), z.length, label, 0.3f, 0, result + RowResults.BYTES);
      loops.softmax(logits.address(), y.address(), z.length);
      float[] all = Arrays.copyOf(results.floats(), 4 + 2 * z.length);
      System.arraycopy(gradient.floats(), 0, all, 4, z.length);
      System.arraycopy(y.floats(), 0, all, 4 + z.length, z.length);
      return all;
    }
  }

  private static int firstLargest(float[] z) {
    int largest = 0;
    for (int j = 1; j < z.length; j++) {
      largest = z[j] > z[largest] ? j : largest;
    }
    return largest;
  }

  /** From where results are 0 to 1, at the accuracy that the documentation promises. */
  @Test
  void exponentialsAreWithinTwoUnitsInTheLastPlace() {
    float[] powers = new float[110_001];
    for (int i = 0; i < powers.length; i++) {
      powers[i] = -i * 1e-3f;
    }
    try (GuardedMemory x = GuardedMemory.of(powers);
        GuardedMemory y = new GuardedMemory(powers.length)) {
      VectorExponential.run(x.address(), 0, 0, 0, y.address(), powers.length);
      float[] e = y.floats();
      for (int i = 0; i < powers.length; i++) {
        double expected = Math.exp(powers[i]);
        assertThat(Math.abs(e[i] - expected))
            .as("exp(%s) = %s", powers[i], e[i])
            .isLessThanOrEqualTo(2 * (double) Math.ulp((float) expected));
      }
      assertThat(e[0]).isEqualTo(1f);
      assertThat(e[powers.length - 1]).isEqualTo(0f);
    }
  }

  @Test
  void minusInfinityIsZeroAndNanSpoilsItsRow() {
    for (SoftmaxLoops loops : new SoftmaxLoops[] {vector, scalar}) {
      for (int classes : new int[] {2, 16, 37}) {
        float[] z = new float[classes];
        z[0] = Float.NEGATIVE_INFINITY;
        z[1] = 1e4f;
        try (GuardedMemory x = GuardedMemory.of(z);
            GuardedMemory y = new GuardedMemory(classes)) {
          loops.softmax(x.address(), y.address(), classes);
          assertThat(y.floats()[0]).isEqualTo(0f);
          assertThat(y.floats()[1]).isEqualTo(1f);
          loops.logSoftmax(x.address(), y.address(), classes);
          assertThat(y.floats()[0]).isEqualTo(Float.NEGATIVE_INFINITY);
          assertThat(y.floats()[1]).isEqualTo(0f);
          NativeMemory.setFloat(x.address(), Float.NaN);
          loops.softmax(x.address(), y.address(), classes);
          assertThat(y.floats()).containsOnly(Float.NaN);
        }
      }
    }
  }
}
