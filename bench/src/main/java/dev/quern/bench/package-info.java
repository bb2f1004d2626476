/**
 * Measures kernels, and the training of whole networks, on any device: {@code quern bench}.
 *
 * <p>{@link dev.quern.bench.Suite} says what is measured, {@link dev.quern.bench.Workloads} with
 * which buffers, {@link dev.quern.bench.Stopwatch} how.
 */
@NullMarked
package dev.quern.bench;

import org.jspecify.annotations.NullMarked;
