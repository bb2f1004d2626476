/** Tests of layers, on a real device. */
@NullMarked
package dev.quern.train.layers;

import org.jspecify.annotations.NullMarked;
