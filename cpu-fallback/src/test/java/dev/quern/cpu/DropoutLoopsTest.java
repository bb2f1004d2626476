package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.kernels.Dropout;
import dev.quern.kernels.Philox;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both versions of the loop against the generator, element by element. */
final class DropoutLoopsTest {

  @ParameterizedTest
  @MethodSource("dev.quern.cpu.Loops#lengths")
  void drawTheMaskOfPhilox(int count) {
    for (float rate : new float[] {0, 0.1f, 0.5f, 0.99f, Math.nextDown(1f)}) {
      for (long first : new long[] {0, 4, 1L << 20, (1L << 34) - 8}) {
        Dropout.Spec spec = new Dropout.Spec(count, rate, 0x9E3779B97F4A7C15L + count);
        requireMask(new VectorDropoutLoops(), spec, first, count);
        requireMask(new ScalarDropoutLoops(), spec, first, count);
      }
    }
  }

  private static void requireMask(DropoutLoops loops, Dropout.Spec spec, long first, int count) {
    int step = -7;
    DropoutDraw draw = new DropoutDraw(spec);
    draw.begin(step);
    float[] values = GuardedMemory.random(new Random(count), count);
    try (GuardedMemory x = GuardedMemory.of(values);
        GuardedMemory y = new GuardedMemory(count)) {
      loops.apply(x.address(), y.address(), first, count, draw);
      float[] actual = y.floats();
      for (int i = 0; i < count; i++) {
        boolean keep = Philox.unit(Philox.at(first + i, step, spec.seed())) >= spec.rate();
        assertThat(actual[i])
            .as("element %d at rate %s", first + i, spec.rate())
            .isEqualTo(keep ? values[i] * spec.scale() : 0f);
      }
    }
  }
}
