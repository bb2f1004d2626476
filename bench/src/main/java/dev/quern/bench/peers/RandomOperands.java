package dev.quern.bench.peers;

import java.util.SplittableRandom;

/** Inputs where nobody knows the right answer: evenly spread over [-1, 1), or all below a limit. */
final class RandomOperands implements Operands {
  private final SplittableRandom random = new SplittableRandom(1);

  @Override
  public float[] floats(String role, long count) {
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = 2 * random.nextFloat() - 1;
    }
    return values;
  }

  @Override
  public int[] integers(String role, long count, int below) {
    return random.ints(count, 0, below).toArray();
  }
}
