/**
 * How weights follow their gradients: Keras's optimizers and learning-rate schedules. They work on
 * buffers, and know neither networks nor models.
 */
@NullMarked
package dev.quern.train.optimizers;

import org.jspecify.annotations.NullMarked;
