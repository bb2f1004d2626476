package dev.quern.kernels.reference;

import dev.quern.kernels.Softmax;

/**
 * {@link Softmax} in double precision.
 *
 * <p>Magnitudes follow the error of {@code p = e[j] / sum(e)} with {@code e[i] = exp(d[i])} and
 * {@code d[i] = x[i] - max} to the first order: a rounding of {@code d[i]}, relative to its size,
 * is an absolute error of the exponent and so a relative error of {@code e[i]}; it reaches the sum
 * weighted with {@code p[i]}.
 */
public final class ReferenceSoftmax {
  private ReferenceSoftmax() {}

  /** One row's distribution with what its errors come from. */
  record Row(double[] logits, int from, int classes, double max, double sum, double spread) {

    static Row of(double[] x, int from, int classes) {
      double max = Double.NEGATIVE_INFINITY;
      for (int j = 0; j < classes; j++) {
        max = Math.max(max, x[from + j]);
      }
      double sum = 0;
      double weighted = 0;
      for (int j = 0; j < classes; j++) {
        double d = x[from + j] - max;
        double e = Math.exp(d);
        sum += e;
        weighted += e == 0 ? 0 : e * Math.abs(d);
      }
      return new Row(x, from, classes, max, sum, weighted / sum);
    }

    double distance(int j) {
      return logits[from + j] - max;
    }

    double probability(int j) {
      return Math.exp(distance(j)) / sum;
    }

    double logProbability(int j) {
      return distance(j) - Math.log(sum);
    }

    /** Relative error of a probability in units of eps, but for the summation's own. */
    double relativeError(int j) {
      return 2 * Accuracy.EXP + Accuracy.DIVISION + Math.abs(distance(j)) + spread;
    }

    double probabilityMagnitude(int j) {
      double p = probability(j);
      return p == 0 ? 0 : p * relativeError(j);
    }

    /**
     * Absolute error of a log probability in units of eps: its parts' and the sum's relative one.
     */
    double logMagnitude(int j) {
      double log = Math.log(sum);
      return Math.abs(logits[from + j])
          + Math.abs(max)
          + Math.abs(log) * Accuracy.LOG
          + Accuracy.EXP
          + spread;
    }
  }

  /** {@code y = softmax(x)} or its logarithm. */
  public static Bounded forward(Softmax.Spec spec, double[] x) {
    Bounded y = new Bounded(x.length, spec.classes());
    for (int i = 0; i < spec.rows(); i++) {
      int from = i * spec.classes();
      Row row = Row.of(x, from, spec.classes());
      for (int j = 0; j < spec.classes(); j++) {
        if (spec.logarithm()) {
          y.set(from + j, row.logProbability(j), row.logMagnitude(j));
        } else {
          y.set(from + j, row.probability(j), row.probabilityMagnitude(j));
        }
      }
    }
    return y;
  }

  /** {@code dx} from the forward pass's output and its gradient. */
  public static Bounded backward(Softmax.Spec spec, double[] y, double[] dy) {
    Bounded dx = new Bounded(y.length, spec.classes() + 2.0);
    for (int i = 0; i < spec.rows(); i++) {
      int from = i * spec.classes();
      double sum = 0;
      double magnitude = 0;
      for (int j = from; j < from + spec.classes(); j++) {
        double term = spec.logarithm() ? dy[j] : dy[j] * y[j];
        sum += term;
        magnitude += Math.abs(term);
      }
      for (int j = from; j < from + spec.classes(); j++) {
        if (spec.logarithm()) {
          double p = Math.exp(y[j]);
          dx.set(j, dy[j] - p * sum, Math.abs(dy[j]) + Accuracy.EXP * p * magnitude);
        } else {
          dx.set(j, y[j] * (dy[j] - sum), Math.abs(y[j]) * (Math.abs(dy[j]) + magnitude));
        }
      }
    }
    return dx;
  }
}
