/** Tests of optimizers and schedules, on a real device. */
@NullMarked
package dev.quern.train.optimizers;

import org.jspecify.annotations.NullMarked;
