/**
 * A thin training loop in Keras's words: layers in a row or a graph, {@code compile}, {@code fit},
 * {@code evaluate}, {@code predict}.
 *
 * <p>Layers are in {@link dev.quern.train.layers}, optimizers and learning rates in {@link
 * dev.quern.train.optimizers}, what keeps {@code fit} company in {@link dev.quern.train.callbacks},
 * data sets in {@link dev.quern.train.data}. Here is what they are used with, and the loop:
 * forward, loss, backward and update are in {@code TrainingStep}.
 *
 * <p>There is no tensor class and no automatic differentiation: layers know their backward pass. A
 * {@link dev.quern.train.Network} describes a network; {@link dev.quern.train.Model} is that
 * network on a device, its parameters in one arena; a training step is planned once for a batch
 * size, run once, recorded, and replayed. Data set, permutation, step count, loss and hit count
 * stay on the device; the host reads a few numbers every now and then.
 */
@NullMarked
package dev.quern.train;

import org.jspecify.annotations.NullMarked;
