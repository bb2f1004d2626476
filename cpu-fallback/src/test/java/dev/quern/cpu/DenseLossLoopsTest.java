package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The loops over vectors against those in plain Java, which compute in double. */
final class DenseLossLoopsTest {
  private final DenseLossLoops vector = new VectorDenseLossLoops();
  private final DenseLossLoops scalar = new ScalarDenseLossLoops();

  /** A loop over one row. */
  private interface Loop {
    void run(DenseLossLoops loops, long z, long targets, int outputs, long dz, long result);
  }

  @ParameterizedTest
  @MethodSource("dev.quern.cpu.Loops#positiveLengths")
  void agreeButForRounding(int outputs) {
    requireClose(outputs, (loops, z, t, n, dz, to) -> loops.categorical(z, t, n, 0.5f, dz, to));
    requireClose(outputs, (loops, z, t, n, dz, to) -> loops.binary(z, t, n, 0.5f, dz, to));
    requireClose(outputs, (loops, z, t, n, dz, to) -> loops.squares(z, t, n, 0.5f, dz, to));
  }

  private void requireClose(int outputs, Loop loop) {
    float[] z = GuardedMemory.random(new Random(outputs), outputs);
    float[] targets = new float[outputs];
    for (int i = 0; i < outputs; i++) {
      targets[i] = i % 3 / 2f;
    }
    float[][] actual = run(vector, z, targets, loop);
    float[][] expected = run(scalar, z, targets, loop);
    Loops.requireClose(actual[0], expected[0], 32, 2);
    Loops.requireClose(actual[1], expected[1], 64, 4 * outputs);
    assertThat(actual[2]).isEqualTo(expected[2]);
  }

  /** Gradient over the logits, loss and hit. */
  private static float[][] run(DenseLossLoops loops, float[] z, float[] targets, Loop loop) {
    try (GuardedMemory logits = GuardedMemory.of(z);
        GuardedMemory t = GuardedMemory.of(targets);
        GuardedMemory result = new GuardedMemory(2)) {
      loop.run(loops, logits.address(), t.address(), z.length, logits.address(), result.address());
      return new float[][] {
        logits.floats(), {result.floats()[0]}, {NativeMemory.getInt(result.address() + 4)}
      };
    }
  }

  /** The loss of a confident right answer is small, and right to its last digits all the same. */
  @Test
  void smallEntropiesAreAccurate() {
    for (float logit : new float[] {0.01f, 1, 5, 20, 80}) {
      double expected = Math.log1p(Math.exp(-logit));
      for (DenseLossLoops loops : new DenseLossLoops[] {vector, scalar}) {
        float[] z = {logit};
        float[] right = {1};
        float[][] result =
            run(loops, z, right, (l, x, t, n, dz, to) -> l.binary(x, t, n, 1, dz, to));
        assertThat(Math.abs(result[1][0] - expected)).isLessThan(8 * 0x1p-24 * expected);
        assertThat(result[2][0]).isEqualTo(1);
      }
    }
  }
}
