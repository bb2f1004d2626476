package dev.quern.kernels;

import dev.quern.core.SpecException;
import dev.quern.kernels.AveragePool2d.Divisor;
import org.jspecify.annotations.Nullable;

/**
 * Builds an {@link AveragePool2d.Spec}. Defaults: NHWC, windows of 2 x 2, stride equal to the
 * window, no padding, dense, floor mode, divided by the taps inside the image.
 */
public final class AveragePool2dBuilder {
  private Layout layout = Layout.NHWC;
  private final int[] input = new int[4];
  private final int[] window = {2, 2};
  private int @Nullable [] stride;
  private final int[] pad = new int[4];
  private final int[] dilation = {1, 1};
  private boolean ceilMode;
  private Divisor divisor = Divisor.INSIDE;

  AveragePool2dBuilder() {}

  /** Order of the axes. */
  public AveragePool2dBuilder layout(Layout layout) {
    this.layout = layout;
    return this;
  }

  /** Batch, channels, height and width of the input, whatever the layout. */
  public AveragePool2dBuilder input(int n, int c, int h, int w) {
    Geometry.set(input, n, c, h, w);
    return this;
  }

  /** Extent of the window. */
  public AveragePool2dBuilder window(int h, int w) {
    Geometry.set(window, h, w);
    return this;
  }

  /** Distance between windows. */
  public AveragePool2dBuilder stride(int h, int w) {
    stride = new int[] {h, w};
    return this;
  }

  /** Padding on each side. */
  public AveragePool2dBuilder padding(int top, int left, int bottom, int right) {
    Geometry.set(pad, top, left, bottom, right);
    return this;
  }

  /** Distance between taps. */
  public AveragePool2dBuilder dilation(int h, int w) {
    Geometry.set(dilation, h, w);
    return this;
  }

  /** Whether windows may hang over the end. */
  public AveragePool2dBuilder ceilMode(boolean ceilMode) {
    this.ceilMode = ceilMode;
    return this;
  }

  /** What sums are divided by. */
  public AveragePool2dBuilder divisor(Divisor divisor) {
    this.divisor = divisor;
    return this;
  }

  /**
   * Checks and returns the spec.
   *
   * @throws SpecException if an extent is out of range
   */
  public AveragePool2d.Spec build() {
    int[] stride = this.stride == null ? window : this.stride;
    return new AveragePool2d.Spec(
        layout,
        input[0],
        input[1],
        input[2],
        input[3],
        window[0],
        window[1],
        stride[0],
        stride[1],
        pad[0],
        pad[1],
        pad[2],
        pad[3],
        dilation[0],
        dilation[1],
        ceilMode,
        divisor);
  }
}
