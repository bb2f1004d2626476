package dev.quern.kernels.cases;

import java.util.SplittableRandom;

/**
 * Source of a case's inputs. What a role gets depends on the case's name, the role and the count
 * alone, so that all passes of a case see the same {@code x}, and a failure can be run again.
 */
final class Inputs {
  private final Fill fill;
  private final Variant variant;
  private final long seed;

  Inputs(Fill fill, Variant variant, long seed) {
    this.fill = fill;
    this.variant = variant;
    this.seed = seed;
  }

  Fill fill() {
    return fill;
  }

  /** Whether the outputs that may alias this input are to share its memory. */
  boolean shares(String input) {
    return variant.shares(input);
  }

  /** Whether an optional argument is to be given. */
  boolean wants(String role) {
    return variant.wants(role);
  }

  /** Numbers by the case's fill. */
  float[] floats(String role, long count) {
    SplittableRandom random = random(role);
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = fill.next(random);
    }
    return variant.edited(role, values);
  }

  /**
   * Logits: multiples of 2^-8 from -4 to 4, so that two of a row are equal or clearly apart, and
   * which is largest does not hang on rounding.
   */
  float[] logits(String role, long count) {
    SplittableRandom random = random(role);
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(-1024, 1025) * 0x1p-8f;
    }
    return variant.edited(role, values);
  }

  /** Squares of small numbers, none negative. */
  float[] squares(String role, long count) {
    float[] values = floats(role, count);
    for (int i = 0; i < values.length; i++) {
      values[i] *= values[i];
    }
    return values;
  }

  /** Whole numbers from {@code from} to {@code to}, the latter not included. */
  int[] ints(String role, long count, int from, int to) {
    SplittableRandom random = random(role);
    int[] values = new int[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(from, to);
    }
    return variant.edited(role, values);
  }

  /** Bytes of all values. */
  byte[] bytes(String role, long count) {
    byte[] values = new byte[Math.toIntExact(count)];
    random(role).nextBytes(values);
    return values;
  }

  private SplittableRandom random(String role) {
    return new SplittableRandom(seed * 31 + role.hashCode());
  }
}
