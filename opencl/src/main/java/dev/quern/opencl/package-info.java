/**
 * The backend for OpenCL 1.2 devices of any make, through LWJGL, with kernels from our own source
 * ({@link dev.quern.kernels.source}).
 *
 * <p>Products and convolutions are one kernel over tables of offsets ({@link
 * dev.quern.opencl.Product}), in two families: explicit vectors for CPUs, blocks in local memory
 * for GPUs. Programs are specialised by tile and vector width, not by the problem, so that few are
 * compiled; what was compiled is kept on disk ({@link dev.quern.opencl.ProgramCache}).
 */
@NullMarked
package dev.quern.opencl;

import org.jspecify.annotations.NullMarked;
