package dev.quern.train;

/**
 * How well a model does on a data set.
 *
 * @param loss mean loss over all rows
 * @param accuracy share of rows answered right; with {@link Loss#BINARY_CROSSENTROPY} those with
 *     every output on the right side; NaN if the loss has none, see {@link Loss#hasAccuracy}
 */
public record Evaluation(double loss, double accuracy) {}
