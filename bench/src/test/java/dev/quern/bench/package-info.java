/** Tests of the measuring; never of speed. */
@NullMarked
package dev.quern.bench;

import org.jspecify.annotations.NullMarked;
