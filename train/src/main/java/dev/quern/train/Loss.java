package dev.quern.train;

import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import dev.quern.kernels.DenseLoss;
import dev.quern.kernels.SoftmaxCrossEntropy;
import dev.quern.kernels.SoftmaxCrossEntropy.Reduction;
import dev.quern.train.data.DataSet;
import org.jspecify.annotations.Nullable;

/**
 * What training makes small: the mean over a batch of what is wrong about its rows. A softmax or
 * sigmoid is part of the loss, and of predictions, whether the last layer ends in it or gives
 * logits.
 */
public enum Loss {
  /** Cross-entropy of a softmax against one right class a row. */
  SPARSE_CATEGORICAL_CROSSENTROPY(null),
  /**
   * Cross-entropy of a softmax against a distribution over the classes; a label stands for all on
   * its class.
   */
  CATEGORICAL_CROSSENTROPY(DenseLoss.Kind.CATEGORICAL_CROSS_ENTROPY),
  /**
   * Cross-entropy of each output's sigmoid against a number from 0 to 1, mean over the outputs. A
   * label stands for 1 at its class and 0 elsewhere, or with a single output for 0 or 1 itself.
   */
  BINARY_CROSSENTROPY(DenseLoss.Kind.BINARY_CROSS_ENTROPY),
  /** Squared distance from a number, mean over the outputs. There are no right answers to count. */
  MEAN_SQUARED_ERROR(DenseLoss.Kind.MEAN_SQUARED_ERROR);

  private final DenseLoss.@Nullable Kind dense;

  Loss(DenseLoss.@Nullable Kind dense) {
    this.dense = dense;
  }

  /** Whether there are right answers to count; without them there is no accuracy. */
  public boolean hasAccuracy() {
    return this != MEAN_SQUARED_ERROR;
  }

  /** Refuses a network whose output is not what the loss goes on with. */
  void requireOutput(Network network) {
    Shape output = network.output();
    if (endsInSoftmax() && !output.isFlat()) {
      throw new SpecException(
          this + " needs a flat output, one number a class, but the network gives " + output);
    }
    Ending other = endsInSoftmax() ? Ending.SIGMOID : Ending.SOFTMAX;
    if (this != MEAN_SQUARED_ERROR && network.endsIn(other)) {
      throw new SpecException(
          "%s goes through a %s by itself, but the network ends in a %s: take that away"
              .formatted(this, ending(), other));
    }
  }

  /**
   * Checks that rows are what a network takes, and say what is right about them.
   *
   * @throws SpecException if they do not; says what is expected and what they are
   */
  void requireFitting(Network network, DataSet data) {
    Shape shape = new Shape(data.height(), data.width(), data.channels());
    int outputs = network.output().elements();
    if (shape.equals(network.input()) && accepts(data, outputs) && data.count() > 0) {
      return;
    }
    throw new SpecException(
        "the network takes rows of %s %s, but %s has %d rows of %s %s"
            .formatted(
                network.input(),
                expects(outputs),
                data.name(),
                data.count(),
                shape,
                data.isLabelled()
                    ? "in %d classes".formatted(data.classes())
                    : "with targets of %d numbers".formatted(data.targetElements())));
  }

  private boolean accepts(DataSet data, int outputs) {
    return data.isLabelled()
        ? data.classes() <= mostClasses(outputs)
        : dense != null && data.targetElements() == outputs;
  }

  private String expects(int outputs) {
    String classes = "in up to %d classes".formatted(mostClasses(outputs));
    return dense == null ? classes : classes + " or with targets of %d numbers".formatted(outputs);
  }

  private int mostClasses(int outputs) {
    return this == BINARY_CROSSENTROPY && outputs == 1 ? 2 : outputs;
  }

  /** Numbers to come near to, a row; 0 if the loss takes labels. */
  int targetElements(int outputs) {
    return dense == null ? 0 : outputs;
  }

  /**
   * The numbers to come near to of some rows.
   *
   * @throws SpecException if they are no probabilities where these are needed
   */
  float[] targets(DataSet data, int from, int to, int outputs) {
    if (!data.isLabelled()) {
      float[] targets = data.targets(from, to);
      for (int i = 0; i < targets.length && this != MEAN_SQUARED_ERROR; i++) {
        if (!(targets[i] >= 0 && targets[i] <= 1)) {
          throw new SpecException(
              "%s needs targets from 0 to 1, but number %d of row %d of %s is %s"
                  .formatted(this, i % outputs, from + i / outputs, data.name(), targets[i]));
        }
      }
      return targets;
    }
    float[] targets = new float[(to - from) * outputs];
    for (int row = from; row < to; row++) {
      int label = data.label(row);
      if (this == BINARY_CROSSENTROPY && outputs == 1) {
        targets[row - from] = label;
      } else {
        targets[(row - from) * outputs + label] = 1;
      }
    }
    return targets;
  }

  /** Prepares the loss of a plan's batch. */
  BoundLoss prepare(Plan plan, int rows, int outputs) {
    return dense == null
        ? new Sparse(plan.prepare(new SoftmaxCrossEntropy.Spec(rows, outputs, Reduction.MEAN)))
        : new Dense(plan.prepare(new DenseLoss.Spec(dense, rows, outputs)));
  }

  /**
   * The function between outputs and predictions. The loss goes through it by itself, so a network
   * trains without it, whether it ends in it or not.
   */
  Ending ending() {
    if (endsInSoftmax()) {
      return Ending.SOFTMAX;
    }
    return this == BINARY_CROSSENTROPY ? Ending.SIGMOID : Ending.LINEAR;
  }

  /** Whether predictions are the outputs' softmax. */
  boolean endsInSoftmax() {
    return this == SPARSE_CATEGORICAL_CROSSENTROPY || this == CATEGORICAL_CROSSENTROPY;
  }

  /** Turns a row of outputs into a prediction, beyond a softmax. */
  void finish(float[] row) {
    for (int i = 0; i < row.length && this == BINARY_CROSSENTROPY; i++) {
      row[i] = (float) (1 / (1 + Math.exp(-row[i])));
    }
  }

  /** Against labels. */
  private record Sparse(SoftmaxCrossEntropy kernel) implements BoundLoss {
    @Override
    public void run(Stream stream, Plan plan, Totals totals) {
      kernel.run(
          stream,
          plan.output(),
          plan.labels(),
          null,
          null,
          plan.outputGradient(),
          totals.loss(),
          totals.hits());
    }
  }

  /** Against numbers. */
  private record Dense(DenseLoss kernel) implements BoundLoss {
    @Override
    public void run(Stream stream, Plan plan, Totals totals) {
      kernel.run(
          stream,
          plan.output(),
          plan.targets(),
          plan.labels(),
          null,
          plan.outputGradient(),
          totals.loss(),
          totals.hits());
    }
  }
}
