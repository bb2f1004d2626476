package dev.quern.bench.result;

import java.util.Locale;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a machine's processors could do at one moment, by small measurements that are always the
 * same: what is worse in one of two looks is somebody else's doing. What is not known is null.
 *
 * @param peak operations of all processors in a nanosecond
 * @param handOver nanoseconds that a line of memory takes from one processor to the next
 * @param issued small integer operations of all processors in a nanosecond, which fall where others
 *     use the same cores
 */
public record Look(@Nullable Double peak, @Nullable Double handOver, @Nullable Double issued) {
  /** Nobody looked. */
  public static final Look UNKNOWN = new Look(null, null, null);

  /** What a quiet machine's peak never falls below, as a share of the best. */
  private static final double LEAST_PEAK = 0.9;

  /** Between one cache and several lies a factor of seven or so, within each of one and a half. */
  private static final double MOST_HAND_OVER = 2;

  /** Alone on a core the rate stays within 3 %; beside another guest it falls by 10 to 40 %. */
  private static final double LEAST_ISSUED = 0.93;

  /** What was worse than at its best, in words; null if nothing was, or nothing is known. */
  public @Nullable String worseThan(Look best) {
    if (fell(peak, best.peak, LEAST_PEAK)) {
      return said("the processors' peak was %.0f GFLOP/s, %.0f at best", peak, best.peak);
    }
    if (fell(best.handOver, handOver, 1 / MOST_HAND_OVER)) {
      return said("processors lay %.0f ns apart, %.0f at best", handOver, best.handOver);
    }
    if (fell(issued, best.issued, LEAST_ISSUED)) {
      return said("others used the same cores: %.1f G integers/s, %.1f alone", issued, best.issued);
    }
    return null;
  }

  private static boolean fell(@Nullable Double to, @Nullable Double from, double share) {
    return to != null && from != null && to < share * from;
  }

  private static String said(String words, @Nullable Double now, @Nullable Double best) {
    return String.format(Locale.ROOT, words, now, best);
  }

  /**
   * The better of each number; but two processors on one core are near to each other and no machine
   * at its best.
   */
  public Look best(Look other) {
    if (fell(other.peak, peak, LEAST_PEAK)) {
      return this;
    }
    if (fell(peak, other.peak, LEAST_PEAK)) {
      return other;
    }
    return new Look(
        either(peak, other.peak, Math::max),
        either(handOver, other.handOver, Math::min),
        either(issued, other.issued, Math::max));
  }

  /** The worse of each number. */
  public Look worst(Look other) {
    return new Look(
        either(peak, other.peak, Math::min),
        either(handOver, other.handOver, Math::max),
        either(issued, other.issued, Math::min));
  }

  private static @Nullable Double either(
      @Nullable Double a, @Nullable Double b, BinaryOperator<Double> choice) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return choice.apply(a, b);
  }
}
