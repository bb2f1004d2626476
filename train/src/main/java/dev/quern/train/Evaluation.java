package dev.quern.train;

/**
 * How well a model does on a data set.
 *
 * @param loss mean loss over all rows
 * @param accuracy share of rows answered right; with {@link Loss#BINARY_CROSSENTROPY} those with
 *     every output on the right side, and 0 with {@link Loss#MEAN_SQUARED_ERROR}
 */
public record Evaluation(double loss, double accuracy) {}
