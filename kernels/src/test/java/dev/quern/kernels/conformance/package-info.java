/**
 * The suite that every backend runs. A backend's tests are two subclasses of three lines: one of
 * {@link dev.quern.kernels.conformance.BackendConformance} and one of {@link
 * dev.quern.kernels.conformance.BackendProperties}, each naming a device id.
 *
 * <p>Options, as system properties: {@code quern.case} runs the cases of that name, or whose name
 * contains it; {@code quern.require} lists the backends whose absence is a failure and not a skip;
 * {@code quern.draws} and {@code quern.seed} set how many random problems of each op are drawn, and
 * which.
 */
@NullMarked
package dev.quern.kernels.conformance;

import org.jspecify.annotations.NullMarked;
