/**
 * Keras's layers, one a file. A {@link dev.quern.train.Layer} is a record of its settings that says
 * its output's shape and its weights, and binds itself to kernels and buffers; nothing else in
 * Quern knows that there is one, so a layer of your own, in a package of your own, is no less.
 */
@NullMarked
package dev.quern.train.layers;

import org.jspecify.annotations.NullMarked;
