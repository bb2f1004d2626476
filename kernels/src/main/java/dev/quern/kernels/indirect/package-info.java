/**
 * How convolutions come down to products over tables of offsets, for backends that compute them by
 * kernels of their own. The tables name no vector width and no memory, so CPUs and GPUs share them.
 */
@NullMarked
package dev.quern.kernels.indirect;

import org.jspecify.annotations.NullMarked;
