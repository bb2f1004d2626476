/**
 * What every op must compute, as legible loops in double precision, written from the contracts
 * alone and independent of any backend. Each result comes with the magnitude of what was summed up,
 * from which the error that float32 arithmetic may make follows ({@link
 * dev.quern.kernels.reference.Bounded}).
 */
@NullMarked
package dev.quern.kernels.reference;

import org.jspecify.annotations.NullMarked;
