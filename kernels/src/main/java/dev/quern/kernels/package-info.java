/**
 * What is computed: one file per op with its contract, its typed kernel and its validated spec.
 *
 * <p>Names are the field's own. Convolution and pooling: activations N, C, H, W (batch, channels,
 * height, width), filters K, C, R, S (output channels, input channels, height, width), outputs N,
 * K, P, Q. Matrix products: m, n, k, {@code lda}, {@code ldb}, {@code ldc}, {@code transA}, {@code
 * alpha}, {@code beta}. {@code x}, {@code w}, {@code b}, {@code y} are inputs, weights, bias and
 * output; {@code dx}, {@code dw}, {@code db}, {@code dy} the gradients of the loss by them. Stride,
 * padding and dilation count elements; dilation 1 is dense. {@code workspace} is scratch for one
 * run; an <em>epilogue</em> is what is fused behind a product.
 *
 * <p>Every kernel overwrites its outputs unless its contract says that it adds to them, reads only
 * what its contract names, and gives the same bits on every run of the same device.
 *
 * <p>{@link dev.quern.kernels.OpSpec} is the table of contents.
 */
@NullMarked
package dev.quern.kernels;

import org.jspecify.annotations.NullMarked;
