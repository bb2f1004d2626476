/**
 * Every op in one dialect that is OpenCL C 1.2 and CUDA C++ at once, for backends that compile
 * their kernels: the sources, what launches them, and which of their shapes is fast on a device.
 *
 * <p>A backend's device is a {@link dev.quern.dialect.DialectDevice}, which compiles ({@link
 * dev.quern.dialect.KernelSource}, {@link dev.quern.dialect.ProgramCache}) and launches; the ops
 * need nothing else of it. Products and convolutions are one kernel over tables of offsets, in two
 * families: explicit vectors for CPUs, blocks in local memory for GPUs. Programs are specialised by
 * tile and vector width, not by the problem, so that few are compiled.
 */
@NullMarked
package dev.quern.dialect;

import org.jspecify.annotations.NullMarked;
