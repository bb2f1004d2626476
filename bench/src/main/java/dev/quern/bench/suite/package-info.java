/** What is measured: {@link dev.quern.bench.suite.Suite} lists it, and nothing in here measures. */
@NullMarked
package dev.quern.bench.suite;

import org.jspecify.annotations.NullMarked;
