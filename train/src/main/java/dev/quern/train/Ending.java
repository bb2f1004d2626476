package dev.quern.train;

/**
 * A function between the outputs of a network and its predictions. A {@link Loss} goes through its
 * own by itself, which is quicker and more exact, so a network trains without it.
 */
public enum Ending {
  /** None: what the network gives is what it predicts. */
  LINEAR,
  /** {@code 1 / (1 + exp(-x))} of each number. */
  SIGMOID,
  /** {@code exp(x) / sum of exp}: probabilities of classes. */
  SOFTMAX
}
