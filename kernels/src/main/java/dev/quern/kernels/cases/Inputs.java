package dev.quern.kernels.cases;

import dev.quern.core.DataType;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * Describes a case's inputs. What a role gets depends on the case's name and the role alone, so
 * that all passes of a case see the same {@code x}, and a failure can be run again.
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
  Source floats(String role, long count) {
    return floats(role, count, fill::next);
  }

  /** Numbers by the case's fill, {@code reach} times as large. */
  Source floats(String role, long count, float reach) {
    return floats(role, count, random -> reach * fill.next(random));
  }

  /**
   * Logits: multiples of 2^-8 from -4 to 4, so that two of a row are equal or clearly apart, and
   * which is largest does not hang on rounding.
   */
  Source logits(String role, long count) {
    return floats(role, count, random -> random.nextInt(-1024, 1025) * 0x1p-8);
  }

  /** Squares of small numbers, none negative. */
  Source squares(String role, long count) {
    return floats(role, count).each((i, value) -> value * value);
  }

  /** What a ReLU leaves of numbers by the case's fill. */
  Source rectified(String role, long count) {
    return floats(role, count).each((i, value) -> Math.max(value, 0));
  }

  private Source floats(String role, long count, ToDoubleFunction<SplittableRandom> next) {
    Source source =
        new Source(
            DataType.FLOAT32,
            count,
            n -> {
              SplittableRandom random = random(role);
              float[] values = new float[n];
              for (int i = 0; i < n; i++) {
                values[i] = (float) next.applyAsDouble(random);
              }
              return Values.of(values);
            });
    return variant.edited(role, source);
  }

  /** Whole numbers from {@code from} to {@code to}, the latter not included. */
  Source ints(String role, long count, int from, int to) {
    Source source =
        new Source(
            DataType.INT32,
            count,
            n -> {
              SplittableRandom random = random(role);
              int[] values = new int[n];
              for (int i = 0; i < n; i++) {
                values[i] = random.nextInt(from, to);
              }
              return Values.of(values);
            });
    return variant.edited(role, source);
  }

  /** Bytes of all values. */
  Source bytes(String role, long count) {
    return new Source(
        DataType.UINT8,
        count,
        n -> {
          byte[] values = new byte[n];
          random(role).nextBytes(values);
          return Values.of(values);
        });
  }

  private SplittableRandom random(String role) {
    return new SplittableRandom(seed * 31 + role.hashCode());
  }
}
