/**
 * The named problems that the conformance suite checks and the benchmarks time: one file per op
 * says which buffers a pass takes, how they are filled, how the kernel is called and what must come
 * out.
 *
 * <p>To add an op, write its file after the model of {@link dev.quern.kernels.cases.BiasAddCases}
 * and name it in {@link dev.quern.kernels.cases.Cases}, where the compiler asks for it.
 */
@NullMarked
package dev.quern.kernels.cases;

import org.jspecify.annotations.NullMarked;
