package dev.quern.bench.result;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What samples of a time amount to, in nanoseconds.
 *
 * @param median the middle one
 * @param min the smallest
 * @param lower the lower quartile
 * @param upper the upper quartile
 * @param doubt half the width of the median's confidence interval (95 %, from the ranks of a
 *     binomial distribution), as a share of the median; infinite with too few samples to say
 * @param samples how many there were
 */
public record Summary(
    double median, double min, double lower, double upper, double doubt, int samples) {
  /** Below this, not even the smallest and the largest sample enclose the median with 95 %. */
  private static final int LEAST_FOR_DOUBT = 6;

  /** Of the normal distribution, for 95 %. */
  private static final double DEVIATIONS = 1.96;

  /** Of one sample or more, in any order. */
  public static Summary of(double... samples) {
    if (samples.length == 0) {
      throw new IllegalArgumentException("there must be a sample");
    }
    double[] sorted = samples.clone();
    Arrays.sort(sorted);
    double median = quantile(sorted, 0.5);
    return new Summary(
        median,
        sorted[0],
        quantile(sorted, 0.25),
        quantile(sorted, 0.75),
        doubt(sorted, median),
        sorted.length);
  }

  /** Between the two nearest samples, in proportion. */
  private static double quantile(double[] sorted, double share) {
    double rank = share * (sorted.length - 1);
    int below = (int) rank;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
  }

  private static double doubt(double[] sorted, double median) {
    int n = sorted.length;
    if (n < LEAST_FOR_DOUBT || median <= 0) {
      return Double.POSITIVE_INFINITY;
    }
    double half = DEVIATIONS * Math.sqrt(n) / 2;
    int low = Math.max(0, (int) Math.floor(n / 2.0 - half) - 1);
    int high = Math.min(n - 1, (int) Math.ceil(n / 2.0 + half));
    return (sorted[high] - sorted[low]) / 2 / median;
  }

  /** The same for a run of which so many were in each sample. */
  public Summary dividedBy(double runs) {
    return new Summary(median / runs, min / runs, lower / runs, upper / runs, doubt, samples);
  }

  /** Half the distance between the quartiles, as a share of the median. */
  public double spread() {
    return (upper - lower) / 2 / median;
  }

  Map<String, @Nullable Object> asMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("median_nanos", median);
    map.put("min_nanos", min);
    map.put("lower_quartile_nanos", lower);
    map.put("upper_quartile_nanos", upper);
    map.put("doubt", Double.isFinite(doubt) ? doubt : null);
    map.put("samples", samples);
    return map;
  }

  static @Nullable Map<String, @Nullable Object> mapOf(@Nullable Summary summary) {
    return summary == null ? null : summary.asMap();
  }

  static @Nullable Summary from(@Nullable Fields fields) {
    if (fields == null) {
      return null;
    }
    Double doubt = fields.numberOrNull("doubt");
    return new Summary(
        fields.number("median_nanos"),
        fields.number("min_nanos"),
        fields.number("lower_quartile_nanos"),
        fields.number("upper_quartile_nanos"),
        doubt == null ? Double.POSITIVE_INFINITY : doubt,
        (int) fields.number("samples"));
  }
}
