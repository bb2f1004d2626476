package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.kernels.Adam;
import dev.quern.kernels.RmsProp;
import dev.quern.kernels.Sgd;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The loops over vectors against those in plain Java. */
final class UpdateLoopsTest {
  private final UpdateLoops vector = new VectorUpdateLoops();
  private final UpdateLoops scalar = new ScalarUpdateLoops();

  /** A step on four runs of memory. */
  private interface Step {
    void run(UpdateLoops loops, long p, long g, long m, long v, int count);
  }

  @ParameterizedTest
  @MethodSource("dev.quern.cpu.Loops#lengths")
  void adamAgreesToTheBit(int count) {
    for (Adam.Form form : Adam.Form.values()) {
      for (Adam.Decay decay : Adam.Decay.values()) {
        AdamStep step = new AdamStep(new Adam.Spec(count, 0.9f, 0.999f, 1e-7f, form, 0.01f, decay));
        step.begin(3, 0.1f);
        requireSame(count, (loops, p, g, m, v, n) -> loops.adam(step, p, g, m, v, n));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.quern.cpu.Loops#lengths")
  void sgdAgreesToTheBit(int count) {
    for (boolean nesterov : new boolean[] {false, true}) {
      SgdStep step = new SgdStep(new Sgd.Spec(count, 0.9f, nesterov, 0.01f));
      step.begin(0.1f);
      requireSame(count, (loops, p, g, m, v, n) -> loops.sgd(step, p, g, v, n));
    }
  }

  @ParameterizedTest
  @MethodSource("dev.quern.cpu.Loops#lengths")
  void rmsPropAgreesToTheBit(int count) {
    for (float momentum : new float[] {0, 0.9f}) {
      RmsProp.Spec spec = new RmsProp.Spec(count, 0.9f, momentum, 1e-7f);
      requireSame(count, (loops, p, g, m, v, n) -> loops.rmsProp(spec, 0.1f, p, g, v, m, n));
    }
  }

  private void requireSame(int count, Step step) {
    float[][] actual = result(vector, count, step);
    float[][] expected = result(scalar, count, step);
    for (int i = 0; i < actual.length; i++) {
      Loops.requireSame(actual[i], expected[i], "buffer " + i + " of " + count);
    }
  }

  private static float[][] result(UpdateLoops loops, int count, Step step) {
    Random random = new Random(count);
    float[] gradient = GuardedMemory.random(random, count);
    float[] second = GuardedMemory.random(random, count);
    for (int i = 0; i < count; i++) {
      second[i] = Math.abs(second[i]);
    }
    try (GuardedMemory p = GuardedMemory.of(GuardedMemory.random(random, count));
        GuardedMemory g = GuardedMemory.of(gradient);
        GuardedMemory m = GuardedMemory.of(GuardedMemory.random(random, count));
        GuardedMemory v = GuardedMemory.of(second)) {
      step.run(loops, p.address(), g.address(), m.address(), v.address(), count);
      assertThat(g.floats()).isEqualTo(gradient);
      return new float[][] {p.floats(), m.floats(), v.floats()};
    }
  }
}
