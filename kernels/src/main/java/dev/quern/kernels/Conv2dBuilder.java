package dev.quern.kernels;

import dev.quern.core.SpecException;

/**
 * Builds a {@link Conv2d.Spec}. Defaults: NHWC, stride 1, no padding, dense, one group, no
 * epilogue, FP32, sums for training.
 */
public final class Conv2dBuilder {
  private Layout layout = Layout.NHWC;
  private final int[] input = new int[4];
  private final int[] filters = new int[3];
  private final int[] stride = {1, 1};
  private final int[] pad = new int[4];
  private final int[] dilation = {1, 1};
  private int groups = 1;
  private Epilogue epilogue = Epilogue.NONE;
  private Precision precision = Precision.FP32;
  private Sums sums = Sums.TRAINING;

  Conv2dBuilder() {}

  /** Order of the axes. */
  public Conv2dBuilder layout(Layout layout) {
    this.layout = layout;
    return this;
  }

  /** Batch, channels, height and width of the input, whatever the layout. */
  public Conv2dBuilder input(int n, int c, int h, int w) {
    Geometry.set(input, n, c, h, w);
    return this;
  }

  /** Number of filters, their height and width in taps. */
  public Conv2dBuilder filters(int k, int r, int s) {
    Geometry.set(filters, k, r, s);
    return this;
  }

  /** Distance between windows. */
  public Conv2dBuilder stride(int h, int w) {
    Geometry.set(stride, h, w);
    return this;
  }

  /** Padding on each side. */
  public Conv2dBuilder padding(int top, int left, int bottom, int right) {
    Geometry.set(pad, top, left, bottom, right);
    return this;
  }

  /** Distance between taps; 1 is dense. */
  public Conv2dBuilder dilation(int h, int w) {
    Geometry.set(dilation, h, w);
    return this;
  }

  /** Independent groups of channels; as many as channels for a depthwise convolution. */
  public Conv2dBuilder groups(int groups) {
    this.groups = groups;
    return this;
  }

  /** What is fused behind the forward pass. */
  public Conv2dBuilder epilogue(Epilogue epilogue) {
    this.epilogue = epilogue;
    return this;
  }

  /** Arithmetic of the products. */
  public Conv2dBuilder precision(Precision precision) {
    this.precision = precision;
    return this;
  }

  /** How freely sums may be rearranged. */
  public Conv2dBuilder sums(Sums sums) {
    this.sums = sums;
    return this;
  }

  /**
   * Checks and returns the spec.
   *
   * @throws SpecException if an extent is out of range
   */
  public Conv2d.Spec build() {
    return new Conv2d.Spec(
        layout,
        input[0],
        input[1],
        input[2],
        input[3],
        filters[0],
        filters[1],
        filters[2],
        stride[0],
        stride[1],
        pad[0],
        pad[1],
        pad[2],
        pad[3],
        dilation[0],
        dilation[1],
        groups,
        epilogue,
        precision,
        sums);
  }
}
