/**
 * What becomes of a {@link dev.quern.bench.result.Run}: a table while it goes, a page, a sheet, a
 * part of README, and the comparison of two runs.
 */
@NullMarked
package dev.quern.bench.report;

import org.jspecify.annotations.NullMarked;
