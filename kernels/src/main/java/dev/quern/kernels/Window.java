package dev.quern.kernels;

import dev.quern.core.SpecException;

/**
 * A window sliding along one axis: the geometry that convolution and pooling share.
 *
 * @param op name of the op, for messages
 * @param axis {@code height} or {@code width}, for messages
 * @param size extent of the input along the axis, 1 or more
 * @param window extent of the window in taps, 1 or more
 * @param stride distance between windows, 1 or more
 * @param padBefore padding before the first element, 0 or more
 * @param padAfter padding behind the last element, 0 or more
 * @param dilation distance between taps, 1 is dense
 * @param ceilMode whether a last window that hangs over the padded end counts; then windows that
 *     begin behind the input do not (PyTorch's rule for pooling, and ONNX's)
 */
record Window(
    String op,
    String axis,
    int size,
    int window,
    int stride,
    int padBefore,
    int padAfter,
    int dilation,
    boolean ceilMode) {

  Window {
    requireAtLeast(op, axis, size, 1);
    requireAtLeast(op, "window " + axis, window, 1);
    requireAtLeast(op, "stride along " + axis, stride, 1);
    requireAtLeast(op, "padding before " + axis, padBefore, 0);
    requireAtLeast(op, "padding after " + axis, padAfter, 0);
    requireAtLeast(op, "dilation along " + axis, dilation, 1);
    long outputs = countOutputs(size, window, stride, padBefore, padAfter, dilation, ceilMode);
    if (outputs < 1) {
      throw new SpecException(
          ("%s: the window spans a %s of %d, but the input has %d there, padding included"
                  + " (size=%d padBefore=%d padAfter=%d window=%d dilation=%d): take a smaller"
                  + " window or more padding")
              .formatted(
                  op,
                  axis,
                  (window - 1L) * dilation + 1,
                  (long) size + padBefore + padAfter,
                  size,
                  padBefore,
                  padAfter,
                  window,
                  dilation));
    }
    if (outputs > Integer.MAX_VALUE) {
      throw new SpecException(
          "%s: output %s must be at most %d, but is %d"
              .formatted(op, axis, Integer.MAX_VALUE, outputs));
    }
  }

  static void requireAtLeast(String op, String what, long value, long least) {
    if (value < least) {
      throw new SpecException(
          "%s: %s must be at least %d, but is %d".formatted(op, what, least, value));
    }
  }

  /** Number of windows, which is the extent of the output along the axis. */
  int outputs() {
    return (int) countOutputs(size, window, stride, padBefore, padAfter, dilation, ceilMode);
  }

  /** The same without an instance: specs are asked at every run, which must not allocate. */
  static long countOutputs(
      int size, int window, int stride, int padBefore, int padAfter, int dilation, boolean ceil) {
    long room = (long) size + padBefore + padAfter - ((window - 1L) * dilation + 1);
    if (room < 0) {
      return Math.floorDiv(room, stride) + 1;
    }
    if (!ceil) {
      return room / stride + 1;
    }
    long outputs = (room + stride - 1) / stride + 1;
    boolean lastBeginsBehind = (outputs - 1) * stride >= (long) size + padBefore;
    return lastBeginsBehind ? outputs - 1 : outputs;
  }

  /** Taps that lie before {@code end}, of a window whose first tap is at {@code origin}. */
  static long tapsBefore(long end, long origin, int window, int dilation) {
    return end <= origin ? 0 : Math.min(window, (end - origin - 1) / dilation + 1);
  }
}
