package dev.quern.kernels.reference;

import dev.quern.kernels.SoftmaxCrossEntropy;
import dev.quern.kernels.SoftmaxCrossEntropy.Reduction;
import org.jspecify.annotations.Nullable;

/** {@link SoftmaxCrossEntropy} in double precision; magnitudes as in {@link ReferenceSoftmax}. */
public final class ReferenceSoftmaxCrossEntropy {
  private final SoftmaxCrossEntropy.Spec spec;
  private final Bounded loss;
  private final Bounded dz;
  private final Bounded totalLoss;
  private int hits;

  private ReferenceSoftmaxCrossEntropy(SoftmaxCrossEntropy.Spec spec) {
    this.spec = spec;
    double terms = (double) spec.rows() + spec.classes();
    boolean single = spec.reduction() != Reduction.NONE;
    this.loss = new Bounded(single ? 1 : spec.rows(), terms);
    this.dz = new Bounded(Math.toIntExact(spec.count()), terms);
    this.totalLoss = new Bounded(1, terms + 1);
  }

  /**
   * Computes all outputs.
   *
   * @param upstream gradient by the loss, or null for 1
   * @param priorLoss what {@code totalLoss} holds before
   */
  public static ReferenceSoftmaxCrossEntropy of(
      SoftmaxCrossEntropy.Spec spec,
      double[] z,
      int[] labels,
      double @Nullable [] upstream,
      double priorLoss) {
    ReferenceSoftmaxCrossEntropy result = new ReferenceSoftmaxCrossEntropy(spec);
    result.totalLoss.set(0, priorLoss, Math.abs(priorLoss));
    int counting = 0;
    for (int label : labels) {
      counting += label != spec.ignoredLabel() ? 1 : 0;
    }
    boolean mean = spec.reduction() == Reduction.MEAN;
    double share = mean ? 1.0 / Math.max(1, counting) : 1;
    for (int i = 0; i < spec.rows(); i++) {
      if (labels[i] != spec.ignoredLabel()) {
        boolean single = spec.reduction() != Reduction.NONE;
        double u = upstream == null ? 1 : upstream[single ? 0 : i];
        result.addRow(z, i, labels[i], share, share * u);
      }
    }
    return result;
  }

  private void addRow(double[] z, int i, int label, double share, double factor) {
    int from = i * spec.classes();
    ReferenceSoftmax.Row row = ReferenceSoftmax.Row.of(z, from, spec.classes());
    boolean valid = label >= 0 && label < spec.classes();
    double value = valid ? -row.logProbability(label) : Double.NaN;
    double magnitude = valid ? row.logMagnitude(label) : 0;
    int lossAt = spec.reduction() == Reduction.NONE ? i : 0;
    accumulate(loss, lossAt, share * value, share * magnitude);
    accumulate(totalLoss, 0, value, magnitude);
    for (int j = 0; j < spec.classes(); j++) {
      double right = j == label ? 1 : 0;
      double gradient = valid ? factor * (row.probability(j) - right) : Double.NaN;
      // Subtracting, scaling by the upstream gradient and by the mean's share round once each.
      double rounding = Accuracy.DIVISION * (row.probability(j) + right);
      dz.set(from + j, gradient, Math.abs(factor) * (row.probabilityMagnitude(j) + rounding));
    }
    if (valid && firstLargest(z, from) == label) {
      hits++;
    }
  }

  private static void accumulate(Bounded sum, int at, double value, double magnitude) {
    sum.set(at, sum.value(at) + value, sum.magnitude(at) + magnitude);
  }

  private int firstLargest(double[] z, int from) {
    int best = 0;
    for (int j = 1; j < spec.classes(); j++) {
      if (z[from + j] > z[from + best]) {
        best = j;
      }
    }
    return best;
  }

  /** The loss: one a row with reduction NONE, else one in all. */
  public Bounded loss() {
    return loss;
  }

  /** The gradient by the logits. */
  public Bounded dz() {
    return dz;
  }

  /** The running total of the rows' losses. */
  public Bounded totalLoss() {
    return totalLoss;
  }

  /** Number of right answers. */
  public int hits() {
    return hits;
  }
}
