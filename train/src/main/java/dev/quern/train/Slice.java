package dev.quern.train;

/**
 * Some rows of a batch.
 *
 * @param from the first one
 * @param rows how many
 */
record Slice(int from, int rows) {}
