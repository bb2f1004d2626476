/**
 * Where work runs: detection of devices, their memory, streams, recording and errors. No
 * mathematics.
 *
 * <p>A program detects devices once ({@link dev.quern.core.Detection}), opens one ({@link
 * dev.quern.core.Device}), prepares kernels for immutable problems ({@link
 * dev.quern.core.KernelSpec}), reserves memory in arenas ({@link dev.quern.core.Arena}) and runs
 * the kernels in the order of a {@link dev.quern.core.Stream}, once or recorded as a {@link
 * dev.quern.core.Replay}.
 *
 * <p>Nothing here is static state: two devices work side by side in one process.
 */
@NullMarked
package dev.quern.core;

import org.jspecify.annotations.NullMarked;
