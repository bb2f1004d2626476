/**
 * What a benchmark run found out: {@link dev.quern.bench.result.Run}, the machine that it ran on, a
 * {@link dev.quern.bench.result.DeviceRun} for each device, and theirs, down to the {@link
 * dev.quern.bench.result.Summary} of one time. A run is a JSON object in a file, and can be read
 * from it again; nothing in here measures.
 */
@NullMarked
package dev.quern.bench.result;

import org.jspecify.annotations.NullMarked;
