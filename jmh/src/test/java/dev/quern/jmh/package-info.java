/** Every benchmark once, as short as can be. */
@NullMarked
package dev.quern.jmh;

import org.jspecify.annotations.NullMarked;
