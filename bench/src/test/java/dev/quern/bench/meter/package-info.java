/** Tests of the measuring, never of speed. */
@NullMarked
package dev.quern.bench.meter;

import org.jspecify.annotations.NullMarked;
