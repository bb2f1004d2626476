/**
 * The backend for NVIDIA GPUs, on CUDA 12 or 13: cuDNN for convolutions, cuBLAS for products, our
 * own kernels for the rest.
 *
 * <p>{@link dev.quern.cuda.LibrarySearch} and {@link dev.quern.cuda.CudaLibraries} find NVIDIA's
 * libraries, of which none is shipped. JCuda reaches the driver, cuDNN and, of CUDA 12, cuBLAS;
 * what JCuda lacks, or costs too much through it, is called as a foreign function.
 */
@NullMarked
package dev.quern.cuda;

import org.jspecify.annotations.NullMarked;
