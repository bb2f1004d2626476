/**
 * Measures kernels, and the training of whole networks, on any device: {@code quern bench}.
 *
 * <p>{@link dev.quern.bench.Suite} says what is measured, {@link dev.quern.bench.Stopwatch} how; an
 * op's buffers and calls are those of {@link dev.quern.kernels.cases.Cases}.
 */
@NullMarked
package dev.quern.bench;

import org.jspecify.annotations.NullMarked;
