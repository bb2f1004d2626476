/** Tests of looking at the machine; never of how fast it is. */
@NullMarked
package dev.quern.bench.machine;

import org.jspecify.annotations.NullMarked;
