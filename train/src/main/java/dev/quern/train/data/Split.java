package dev.quern.train.data;

/**
 * Two parts of a data set.
 *
 * @param train what to learn from
 * @param validation what to judge by
 */
public record Split(DataSet train, DataSet validation) {}
