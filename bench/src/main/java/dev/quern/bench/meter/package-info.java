/**
 * How it is measured: a {@link dev.quern.bench.meter.Meter} for each kind of problem, with a {@link
 * dev.quern.bench.meter.Stopwatch}, and in turns with others.
 */
@NullMarked
package dev.quern.bench.meter;

import org.jspecify.annotations.NullMarked;
