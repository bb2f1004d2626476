/**
 * {@code quern bench}: measures kernels, transfers and whole networks on any device, and shows what
 * was measured.
 *
 * <p>{@code suite} says what is measured, {@code meter} how, {@code machine} what the processors
 * can do at most, {@code peers} how others do; a run's {@code result} becomes a {@code report} or a
 * {@code page}.
 */
@NullMarked
package dev.quern.bench;

import org.jspecify.annotations.NullMarked;
