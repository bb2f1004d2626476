package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The loops over vectors against those in plain Java, on groups within longer rows. */
final class NormLoopsTest {
  private static final int FIRST = 5;
  private static final int BEHIND = 2;
  private static final int[] ROWS = {0, 1, 2, 7, 30};

  private final NormLoops vector = new VectorNormLoops();
  private final NormLoops scalar = new ScalarNormLoops();

  /** A loop from two matrices and some planes to a target, all begun at the group. */
  private interface Loop {
    void run(NormLoops loops, ChannelGroup group, long[] in, int rows, long target);
  }

  @ParameterizedTest
  @MethodSource("dev.quern.cpu.Loops#positiveLengths")
  void elementsAgreeOnEveryBit(int width) {
    ChannelGroup group = new ChannelGroup(FIRST, width, FIRST + width + BEHIND);
    for (int rows : ROWS) {
      int elements = rows * group.channels();
      Loop normalise = (loops, g, in, n, y) -> loops.normalise(g, in[0], y, n, in[2], 0);
      assertThat(result(vector, group, rows, elements, normalise))
          .isEqualTo(result(scalar, group, rows, elements, normalise));
      Loop gradient = (loops, g, in, n, dx) -> loops.gradient(g, in[0], in[1], dx, n, in[2]);
      assertThat(result(vector, group, rows, elements, gradient))
          .isEqualTo(result(scalar, group, rows, elements, gradient));
    }
  }

  /** Rows are planes here: four in the source, three in the target. */
  @ParameterizedTest
  @MethodSource("dev.quern.cpu.Loops#positiveLengths")
  void totalsAgreeOnEveryBit(int width) {
    ChannelGroup group = new ChannelGroup(FIRST, width, FIRST + width + BEHIND);
    Loop moments = (loops, g, in, n, to) -> loops.joinMoments(g, in[2], to, 0.2f, 0.25f, 3.75f);
    Loop gradients = (loops, g, in, n, to) -> loops.joinGradients(g, in[2], to);
    for (Loop loop : new Loop[] {moments, gradients}) {
      assertThat(result(vector, group, 1, 3 * group.channels(), loop))
          .isEqualTo(result(scalar, group, 1, 3 * group.channels(), loop));
    }
  }

  @ParameterizedTest
  @MethodSource("dev.quern.cpu.Loops#positiveLengths")
  void sumsAgreeButForRounding(int width) {
    ChannelGroup group = new ChannelGroup(FIRST, width, FIRST + width + BEHIND);
    for (int rows : ROWS) {
      int sums = 2 * group.channels();
      requireClose(
          group, rows, sums, (loops, g, in, n, to) -> loops.addMoments(g, in[0], n, in[2], to));
      requireClose(
          group,
          rows,
          sums,
          (loops, g, in, n, to) -> loops.addGradients(g, in[0], in[1], n, in[2], to));
    }
  }

  /** Differences are at most 8 and their products 64. */
  private void requireClose(ChannelGroup group, int rows, int sums, Loop loop) {
    float[] actual = result(vector, group, rows, sums, loop);
    Loops.requireClose(actual, result(scalar, group, rows, sums, loop), 8, 64.0 * (rows + 1));
  }

  /** What a loop leaves of a target of random numbers; it may not touch what is not the group's. */
  private static float[] result(
      NormLoops loops, ChannelGroup group, int rows, int targets, Loop loop) {
    Random random = new Random(rows);
    int elements = rows * group.channels();
    float[] before = GuardedMemory.random(random, targets);
    try (GuardedMemory x = GuardedMemory.of(GuardedMemory.random(random, elements));
        GuardedMemory dy = GuardedMemory.of(GuardedMemory.random(random, elements));
        GuardedMemory planes =
            GuardedMemory.of(GuardedMemory.random(random, 4 * group.channels()));
        GuardedMemory target = GuardedMemory.of(before)) {
      long[] in = {group.in(x.address()), group.in(dy.address()), group.in(planes.address())};
      loop.run(loops, group, in, rows, group.in(target.address()));
      float[] after = target.floats();
      for (int i = 0; i < targets; i++) {
        int channel = i % group.channels();
        if (channel < FIRST || channel >= FIRST + group.width()) {
          assertThat(after[i]).as("element %d of another group", i).isEqualTo(before[i]);
        }
      }
      return after;
    }
  }
}
