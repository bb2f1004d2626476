package dev.quern.cpu;

/**
 * A pooling window along one axis, worked out for every output and every input position once, when
 * the kernel is prepared; so padding, dilation and ceil mode cost nothing in the loops.
 */
final class PoolAxis {
  private final int size;
  private final int outputs;
  private final int window;
  private final int dilation;
  private final int stride;
  private final int padding;
  private final int firstWhole;
  private final int endWhole;
  private final int reach;
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
    this.window = window;
    this.dilation = dilation;
    this.stride = stride;
    this.padding = padding;
    firstInput = new int[outputs];
    taps = new int[outputs];
    for (int o = 0; o < outputs; o++) {
      long origin = (long) o * stride - padding;
      long first = origin >= 0 ? 0 : Math.ceilDiv(-origin, dilation);
      long end = Math.clamp(Math.ceilDiv(size - origin, dilation), first, Math.max(first, window));
      firstInput[o] = (int) Math.min(origin + first * dilation, size);
      taps[o] = (int) (end - first);
    }
    long span = (window - 1L) * dilation;
    reach = (int) Math.min(span / stride + 1, Integer.MAX_VALUE);
    firstWhole = (int) Math.min(Math.ceilDiv((long) padding, stride), outputs);
    endWhole =
        Math.clamp(Math.floorDiv(size - 1 - span + padding, stride) + 1, firstWhole, outputs);
    firstOutput = new int[size];
    endOutput = new int[size];
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

  /** Taps of a window. */
  int window() {
    return window;
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

  /** Whether a window that spans an input position has a tap there: not in a hole between taps. */
  boolean holds(int output, int input) {
    return dilation == 1 || (input + (long) padding - (long) output * stride) % dilation == 0;
  }

  /** Padding before the first input. */
  int padding() {
    return padding;
  }

  /** The first output whose window lies inside the input with all taps. */
  int firstWhole() {
    return firstWhole;
  }

  /** Behind the last output whose window lies inside the input with all taps. */
  int endWhole() {
    return endWhole;
  }

  /** Outputs whose windows span one input position, edges apart. */
  int reach() {
    return reach;
  }

  /** Whether all windows are of two neighbouring taps, side by side from the first input on. */
  boolean isPairs() {
    return window == 2 && dilation == 1 && stride == 2 && padding == 0 && endWhole == outputs;
  }
}
