/**
 * The backend that works everywhere: Java's Vector API at 512, 256 or 128 bits, and plain Java
 * where the incubator module is absent.
 *
 * <p>All memory is native and addressed absolutely ({@link dev.quern.cpu.NativeMemory}). Products
 * are register tiles over indirection tables ({@link dev.quern.cpu.IndirectProduct}); everything
 * else is loops over contiguous runs of memory in two versions, {@code Vector*} and {@code
 * Scalar*}. Only classes named {@code Vector*} touch the incubator module. Work is spread by {@link
 * dev.quern.cpu.WorkerPool}; every output element is computed by one thread in an order that the
 * problem fixes, so results are the same bits on any number of threads.
 */
@NullMarked
package dev.quern.cpu;

import org.jspecify.annotations.NullMarked;
