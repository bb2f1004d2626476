/**
 * Keras's company of {@link dev.quern.train.Model#fit}: what stops, saves and logs a training. Your
 * own is a {@link dev.quern.train.Callback}; these have no other way in.
 */
@NullMarked
package dev.quern.train.callbacks;

import org.jspecify.annotations.NullMarked;
