/** Tests of what becomes of runs, most of them on made-up ones. */
@NullMarked
package dev.quern.bench.report;

import org.jspecify.annotations.NullMarked;
