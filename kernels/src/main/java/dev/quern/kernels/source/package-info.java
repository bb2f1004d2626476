/**
 * Kernels in source, for backends that compile: one dialect that is OpenCL C 1.2 and CUDA C++ at
 * once, so that what both own is written once.
 */
@NullMarked
package dev.quern.kernels.source;

import org.jspecify.annotations.NullMarked;
