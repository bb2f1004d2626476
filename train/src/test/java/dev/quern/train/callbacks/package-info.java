/** Tests of callbacks, on a real device. */
@NullMarked
package dev.quern.train.callbacks;

import org.jspecify.annotations.NullMarked;
