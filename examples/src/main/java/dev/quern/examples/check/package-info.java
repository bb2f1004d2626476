/**
 * The command {@code quern check}: cases that others computed, run on a device and compared; and
 * {@code quern conformance}, the suite of our own.
 *
 * <p>Readers for the three outside formats (NumPy arrays, ONNX models and tensors, the training
 * trace), one class an op that runs it on the device, and a tally of what came of it.
 */
@NullMarked
package dev.quern.examples.check;

import org.jspecify.annotations.NullMarked;
