package dev.quern.train;

/**
 * A layer with several inputs, such as {@link dev.quern.train.layers.Add}: an immutable description
 * without any memory. A new kind is one implementation of this and nothing else; {@link
 * LayerContext} numbers inputs and their gradients in the order of {@link Node#merge}.
 */
public non-sealed interface Merge extends Operation {}
