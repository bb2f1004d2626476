package dev.quern.cpu;

/**
 * A pooling window along one axis, worked out for every output and every input position once, when
 * the kernel is prepared; so padding, dilation and ceil mode cost nothing in the loops.
 */
final class PoolAxis {
  private final int size;
  private final int outputs;
  private final int dilation;
  private final int stride;
  private final int[] firstInput;
  private final int[] taps;
  private final int[] firstOutput;
  private final int[] endOutput;

  /**
   * Works an axis out.
   *
   * @param size extent of the input
   * @param outputs extent of the output
   * @param window taps of a window
   * @param stride distance between windows
   * @param padding padding before the first input
   * @param dilation distance between taps
   */
  PoolAxis(int size, int outputs, int window, int stride, int padding, int dilation) {
    this.size = size;
    this.outputs = outputs;
    this.dilation = dilation;
    this.stride = stride;
    firstInput = new int[outputs];
    taps = new int[outputs];
    for (int o = 0; o < outputs; o++) {
      long origin = (long) o * stride - padding;
      long first = origin >= 0 ? 0 : Math.ceilDiv(-origin, dilation);
      long end = Math.clamp(Math.ceilDiv(size - origin, dilation), first, Math.max(first, window));
      firstInput[o] = (int) Math.min(origin + first * dilation, size);
      taps[o] = (int) (end - first);
    }
    firstOutput = new int[size];
    endOutput = new int[size];
    long span = (window - 1L) * dilation;
    for (int i = 0; i < size; i++) {
      long first = Math.ceilDiv(i + (long) padding - span, stride);
      firstOutput[i] = Math.clamp(first, 0, outputs);
      long end = Math.floorDiv(i + (long) padding, stride) + 1;
      endOutput[i] = Math.clamp(end, firstOutput[i], Math.max(firstOutput[i], outputs));
    }
  }

  /** Extent of the input. */
  int size() {
    return size;
  }

  /** Extent of the output. */
  int outputs() {
    return outputs;
  }

  /** Distance between taps. */
  int dilation() {
    return dilation;
  }

  /** Distance between windows. */
  int stride() {
    return stride;
  }

  /** Position of the first tap of a window that lies inside the input. */
  int firstInput(int output) {
    return firstInput[output];
  }

  /** Taps of a window that lie inside the input. */
  int taps(int output) {
    return taps[output];
  }

  /** The first output whose window spans an input position. */
  int firstOutput(int input) {
    return firstOutput[input];
  }

  /** Behind the last output whose window spans an input position. */
  int endOutput(int input) {
    return endOutput[input];
  }

  /** Whether every window has exactly two neighbouring taps, all inside: the usual pooling. */
  boolean isPairs() {
    for (int t : taps) {
      if (t != 2) {
        return false;
      }
    }
    return dilation == 1;
  }

  /** Most outputs whose windows span one input position. */
  int mostOutputs() {
    int most = 0;
    for (int i = 0; i < size; i++) {
      most = Math.max(most, endOutput[i] - firstOutput[i]);
    }
    return most;
  }
}
