package dev.quern.kernels.reference;

import dev.quern.kernels.BatchNorm;
import dev.quern.kernels.GatherBatch;
import org.jspecify.annotations.Nullable;

/**
 * {@link BatchNorm} in double precision.
 *
 * <p>Magnitudes hold for sums of differences from any of the rows that count, which is what the
 * contract asks for: a difference is at most the range of the channel, and what is squared and
 * summed up about another number than the mean is larger by the square of that. The mean itself is
 * rounded once.
 */
public final class ReferenceBatchNorm {
  /** Roundings on the way to an element besides those of the sums. */
  private static final double STEPS = 8;

  /** Relative error of {@code 1 / sqrt(v + epsilon)}, but for the variance's own. */
  private static final double INVERSE_ROOT = Accuracy.SQUARE_ROOT + Accuracy.DIVISION + 1;

  /**
   * What training's forward pass leaves.
   *
   * @param y normalised elements
   * @param mean the batch's means
   * @param invStd one over its standard deviations
   * @param movingMean after the update
   * @param movingVariance after the update
   */
  public record Trained(
      Bounded y, Bounded mean, Bounded invStd, Bounded movingMean, Bounded movingVariance) {}

  /**
   * What the backward pass leaves.
   *
   * @param dx gradient by the elements
   * @param dgamma gradient by the scales
   * @param dbeta gradient by the shifts
   */
  public record Gradients(Bounded dx, Bounded dgamma, Bounded dbeta) {}

  /** A channel's statistics over the rows that count. */
  private record Moments(int n, double mean, double variance, double range) {

    double meanMagnitude() {
      return n == 0 ? 0 : range + Math.abs(mean) / Math.sqrt(n);
    }

    double varianceMagnitude() {
      return n == 0 ? 0 : variance + 2 * range * range;
    }
  }

  private final BatchNorm.Spec spec;
  private final int @Nullable [] labels;
  private final int counting;

  /**
   * A problem with its labels.
   *
   * @param labels of its images, or null if all count
   */
  public ReferenceBatchNorm(BatchNorm.Spec spec, int @Nullable [] labels) {
    this.spec = spec;
    this.labels = labels;
    int n = 0;
    for (long row = 0; row < spec.rows(); row++) {
      n += counts(row) ? 1 : 0;
    }
    counting = n;
  }

  private boolean counts(long row) {
    return labels == null || labels[(int) (row / spec.pixels())] != GatherBatch.IGNORED;
  }

  /** Training's forward pass; the arrays are not changed. */
  public Trained forward(
      double[] x, double[] gamma, double[] beta, double[] movingMean, double[] movingVariance) {
    double terms = counting + STEPS;
    int channels = spec.channels();
    Trained result =
        new Trained(
            new Bounded(x.length, terms),
            new Bounded(channels, terms),
            new Bounded(channels, terms),
            new Bounded(channels, terms),
            new Bounded(channels, terms));
    for (int c = 0; c < channels; c++) {
      Moments moments = moments(x, c);
      double variance = moments.variance() + spec.epsilon();
      double invStd = 1 / Math.sqrt(variance);
      double error = INVERSE_ROOT + moments.varianceMagnitude() / variance / 2;
      result.mean.set(c, moments.mean(), moments.meanMagnitude());
      result.invStd.set(c, invStd, invStd * error);
      for (int i = c; i < x.length; i += channels) {
        double distance = x[i] - moments.mean();
        double size = moments.meanMagnitude() + Math.abs(distance) * (error + 2);
        result.y.set(
            i,
            distance * invStd * gamma[c] + beta[c],
            Math.abs(gamma[c]) * invStd * size + Math.abs(beta[c]));
        rectify(result.y, i);
      }
      move(result, c, moments, movingMean[c], movingVariance[c]);
    }
    return result;
  }

  private Moments moments(double[] x, int c) {
    if (counting == 0) {
      return new Moments(0, 0, 1, 0);
    }
    double sum = 0;
    for (int row = 0; row < spec.rows(); row++) {
      sum += counts(row) ? x[row * spec.channels() + c] : 0;
    }
    double mean = sum / counting;
    double squares = 0;
    double range = 0;
    for (int row = 0; row < spec.rows(); row++) {
      double distance = counts(row) ? x[row * spec.channels() + c] - mean : 0;
      squares += distance * distance;
      range = Math.max(range, Math.abs(distance));
    }
    return new Moments(counting, mean, squares / counting, range);
  }

  private void move(Trained to, int c, Moments moments, double mean, double variance) {
    if (counting == 0) {
      to.movingMean.set(c, mean);
      to.movingVariance.set(c, variance);
      return;
    }
    double momentum = spec.momentum();
    double rest = 1 - momentum;
    double unbiased = spec.unbiased() ? (double) counting / Math.max(1, counting - 1) : 1;
    to.movingMean.set(
        c,
        mean * momentum + moments.mean() * rest,
        Math.abs(mean) * momentum + (moments.meanMagnitude() + Math.abs(moments.mean())) * rest);
    to.movingVariance.set(
        c,
        variance * momentum + moments.variance() * unbiased * rest,
        variance * momentum + (moments.varianceMagnitude() + moments.variance()) * unbiased * rest);
  }

  /** Inference. */
  public Bounded infer(
      double[] x, double[] gamma, double[] beta, double[] movingMean, double[] movingVariance) {
    Bounded y = new Bounded(x.length, STEPS);
    for (int i = 0; i < x.length; i++) {
      int c = i % spec.channels();
      double scale = gamma[c] / Math.sqrt(movingVariance[c] + spec.epsilon());
      double size = Math.abs(x[i]) + Math.abs(movingMean[c]);
      y.set(
          i,
          (x[i] - movingMean[c]) * scale + beta[c],
          INVERSE_ROOT * Math.abs(scale) * size + Math.abs(beta[c]));
      rectify(y, i);
    }
    return y;
  }

  private void rectify(Bounded y, int i) {
    if (spec.relu()) {
      y.rectify(i);
    }
  }

  /** The backward pass. */
  public Gradients backward(
      double[] x, double[] dy, double[] gamma, double[] mean, double[] invStd) {
    double terms = counting + STEPS;
    int channels = spec.channels();
    Gradients result =
        new Gradients(
            new Bounded(x.length, terms),
            new Bounded(channels, terms),
            new Bounded(channels, terms));
    for (int row = 0; row < spec.rows(); row++) {
      for (int c = 0; c < channels && counts(row); c++) {
        int i = row * channels + c;
        result.dbeta.add(c, dy[i]);
        result.dgamma.add(c, dy[i] * (x[i] - mean[c]) * invStd[c]);
      }
    }
    for (int row = 0; row < spec.rows(); row++) {
      for (int c = 0; c < channels && counts(row); c++) {
        int i = row * channels + c;
        double scale = gamma[c] * invStd[c];
        double normal = (x[i] - mean[c]) * invStd[c];
        double common = (result.dbeta.value(c) + normal * result.dgamma.value(c)) / counting;
        double size = result.dbeta.magnitude(c) + Math.abs(normal) * result.dgamma.magnitude(c);
        result.dx.set(
            i, scale * (dy[i] - common), Math.abs(scale) * (Math.abs(dy[i]) + size / counting));
      }
    }
    return result;
  }
}
