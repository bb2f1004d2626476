package dev.quern.train;

import dev.quern.core.Stream;

/** A loss with its kernel: what a step runs between forward and backward pass. */
interface BoundLoss {
  /**
   * Enqueues adding the loss and the right answers of the plan's batch to the totals, and in
   * training the gradient by the plan's output.
   */
  void run(Stream stream, Plan plan, Totals totals);
}
