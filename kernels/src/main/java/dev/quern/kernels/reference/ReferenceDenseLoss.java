package dev.quern.kernels.reference;

import dev.quern.kernels.DenseLoss;
import dev.quern.kernels.DenseLoss.Kind;
import dev.quern.kernels.GatherBatch;

/** {@link DenseLoss} in double precision; magnitudes as in {@link ReferenceSoftmax}. */
public final class ReferenceDenseLoss {
  private static final double SIGMOID = Accuracy.EXP + Accuracy.DIVISION + 2;

  private final DenseLoss.Spec spec;
  private final double[] z;
  private final double[] targets;
  private final Bounded loss;
  private final Bounded dz;
  private final Bounded totalLoss;
  private double share;
  private int hits;

  private ReferenceDenseLoss(DenseLoss.Spec spec, double[] z, double[] targets) {
    this.spec = spec;
    this.z = z;
    this.targets = targets;
    double terms = (double) spec.rows() + spec.outputs();
    this.loss = new Bounded(1, terms);
    this.dz = new Bounded(Math.toIntExact(spec.count()), terms);
    this.totalLoss = new Bounded(1, terms + 1);
  }

  /**
   * Computes all outputs.
   *
   * @param priorLoss what {@code totalLoss} holds before
   */
  public static ReferenceDenseLoss of(
      DenseLoss.Spec spec, double[] z, double[] targets, int[] labels, double priorLoss) {
    ReferenceDenseLoss result = new ReferenceDenseLoss(spec, z, targets);
    result.totalLoss.set(0, priorLoss, Math.abs(priorLoss));
    int counting = 0;
    for (int label : labels) {
      counting += label != GatherBatch.IGNORED ? 1 : 0;
    }
    result.share = 1.0 / Math.max(1, counting);
    for (int i = 0; i < spec.rows(); i++) {
      if (labels[i] != GatherBatch.IGNORED) {
        int from = i * spec.outputs();
        switch (spec.kind()) {
          case CATEGORICAL_CROSS_ENTROPY -> result.addCategorical(from);
          case BINARY_CROSS_ENTROPY -> result.addBinary(from);
          case MEAN_SQUARED_ERROR -> result.addSquares(from);
        }
      }
    }
    return result;
  }

  private void addCategorical(int from) {
    ReferenceSoftmax.Row row = ReferenceSoftmax.Row.of(z, from, spec.outputs());
    double value = 0;
    double magnitude = 0;
    double sum = 0;
    double sumSize = 0;
    for (int j = 0; j < spec.outputs(); j++) {
      double t = targets[from + j];
      sum += t;
      sumSize += Math.abs(t);
      if (t != 0) {
        value -= t * row.logProbability(j);
        magnitude += Math.abs(t) * row.logMagnitude(j);
      }
    }
    addLoss(value, magnitude);
    for (int j = 0; j < spec.outputs(); j++) {
      double t = targets[from + j];
      double p = row.probability(j);
      double rounding = Accuracy.DIVISION * (sumSize * p + Math.abs(t));
      setGradient(from + j, sum * p - t, sumSize * row.probabilityMagnitude(j) + rounding);
    }
    hits += firstLargest(z, from) == firstLargest(targets, from) && !Double.isNaN(value) ? 1 : 0;
  }

  private int firstLargest(double[] row, int from) {
    int best = 0;
    for (int j = 1; j < spec.outputs(); j++) {
      if (row[from + j] > row[from + best]) {
        best = j;
      }
    }
    return best;
  }

  private void addBinary(int from) {
    double value = 0;
    double magnitude = 0;
    boolean right = true;
    for (int j = from; j < from + spec.outputs(); j++) {
      double rest = Math.log1p(Math.exp(-Math.abs(z[j])));
      value += Math.max(z[j], 0) - z[j] * targets[j] + rest;
      magnitude += Math.max(z[j], 0) + Math.abs(z[j] * targets[j]);
      magnitude += (Accuracy.EXP + Accuracy.LOG1P) * rest;
      right &= z[j] > 0 == targets[j] > 0.5;
      double sigmoid = 1 / (1 + Math.exp(-z[j]));
      double size = SIGMOID * sigmoid + Accuracy.DIVISION * (sigmoid + Math.abs(targets[j]));
      setGradient(j, (sigmoid - targets[j]) / spec.outputs(), size / spec.outputs());
    }
    addLoss(value / spec.outputs(), magnitude / spec.outputs());
    hits += right && !Double.isNaN(value) ? 1 : 0;
  }

  private void addSquares(int from) {
    double value = 0;
    for (int j = from; j < from + spec.outputs(); j++) {
      double difference = z[j] - targets[j];
      value += difference * difference;
      double slope = 2 * difference / spec.outputs();
      setGradient(j, slope, Accuracy.DIVISION * Math.abs(slope));
    }
    addLoss(value / spec.outputs(), Accuracy.DIVISION * Math.abs(value) / spec.outputs());
  }

  private void addLoss(double value, double magnitude) {
    accumulate(loss, share * value, share * magnitude);
    accumulate(totalLoss, value, magnitude);
  }

  private static void accumulate(Bounded sum, double value, double magnitude) {
    sum.set(0, sum.value(0) + value, sum.magnitude(0) + magnitude);
  }

  private void setGradient(int at, double slope, double magnitude) {
    dz.set(at, share * slope, share * magnitude);
  }

  /** The loss. */
  public Bounded loss() {
    return loss;
  }

  /** The gradient by {@code z}. */
  public Bounded dz() {
    return dz;
  }

  /** The running total of the rows' losses. */
  public Bounded totalLoss() {
    return totalLoss;
  }

  /** Number of right answers; 0 for squared errors. */
  public int hits() {
    return spec.kind() == Kind.MEAN_SQUARED_ERROR ? 0 : hits;
  }
}
