/**
 * The backend for OpenCL 1.2 devices of any make, through LWJGL, with the kernels of {@link
 * dev.quern.dialect}. What was compiled is kept on disk.
 */
@NullMarked
package dev.quern.opencl;

import org.jspecify.annotations.NullMarked;
