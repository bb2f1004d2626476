package dev.quern.train;

import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import dev.quern.kernels.SoftmaxCrossEntropy;
import dev.quern.kernels.SoftmaxCrossEntropy.Reduction;
import dev.quern.train.data.DataSet;

/**
 * What training makes small: the mean over a batch of what is wrong about its rows. The last layer
 * gives logits, not probabilities: a softmax or sigmoid is part of the loss, and of predictions.
 */
public enum Loss {
  /** Cross-entropy of a softmax against one right class a row. */
  SPARSE_CATEGORICAL_CROSSENTROPY;

  /** Refuses an output that is not one number a class. */
  void requireOutput(Shape output) {
    if (!output.isFlat()) {
      throw new SpecException(
          this + " needs a flat output, one number a class, but the network gives " + output);
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
    return data.isLabelled() && data.classes() <= outputs;
  }

  private String expects(int outputs) {
    return "in up to %d classes".formatted(outputs);
  }

  /** Numbers to come near to, a row; 0 if the loss takes labels. */
  int targetElements(int outputs) {
    return 0;
  }

  /** The numbers to come near to of some rows. */
  float[] targets(DataSet data, int from, int to, int outputs) {
    return data.targets(from, to);
  }

  /** Prepares the loss of a plan's batch. */
  BoundLoss prepare(Plan plan, int rows, int outputs) {
    return new Sparse(plan.prepare(new SoftmaxCrossEntropy.Spec(rows, outputs, Reduction.MEAN)));
  }

  /** Whether predictions are the outputs' softmax. */
  boolean endsInSoftmax() {
    return true;
  }

  /** Turns a row of outputs into a prediction, beyond a softmax. */
  void finish(float[] row) {}

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
}
