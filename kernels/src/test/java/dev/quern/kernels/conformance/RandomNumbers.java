package dev.quern.kernels.conformance;

import java.util.SplittableRandom;

/** The numbers that problems are made of, always the same ones from the same seed. */
final class RandomNumbers {
  private static final int LARGEST = 40;

  private final SplittableRandom random;

  RandomNumbers(long seed) {
    random = new SplittableRandom(seed);
  }

  /** From 0 up to below a bound. */
  int below(int bound) {
    return random.nextInt(bound);
  }

  int upTo(int least, int most) {
    return random.nextInt(least, most + 1);
  }

  long any() {
    return random.nextLong();
  }

  boolean coin() {
    return random.nextBoolean();
  }

  <T> T one(T[] choices) {
    return choices[random.nextInt(choices.length)];
  }

  /** 0 to 40. */
  int size() {
    return upTo(0, LARGEST);
  }

  /** 1 to 40, small ones more often. */
  int extent() {
    return random.nextInt(1, 2 + random.nextInt(LARGEST));
  }

  int rowLength() {
    return random.nextInt(1, 2 + random.nextInt(300));
  }

  int slack() {
    return coin() ? 0 : random.nextInt(1, 20);
  }

  float factor() {
    float[] factors = {0, 1, -1, 2, 0.5f, 0.3f, -1.7f};
    return factors[random.nextInt(factors.length)];
  }

  /** 0 half of the time. */
  float share(double most) {
    return coin() ? 0 : (float) random.nextDouble(most);
  }

  /** 1e-3 to 1e3. */
  float limit() {
    return (float) Math.pow(10, random.nextDouble(-3, 3));
  }
}
