/** Tests of what is measured. */
@NullMarked
package dev.quern.bench.suite;

import org.jspecify.annotations.NullMarked;
