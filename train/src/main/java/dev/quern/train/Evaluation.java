package dev.quern.train;

/**
 * How well a model does on a data set.
 *
 * @param loss mean loss over all rows
 * @param accuracy share of rows answered right
 */
public record Evaluation(double loss, double accuracy) {}
