package dev.quern.kernels;

import static dev.quern.core.DataType.FLOAT32;
import static dev.quern.core.DataType.INT32;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Maximum over a sliding window of an image plane. With {@code h = p * strideH - padTop + r *
 * dilationH} and {@code w} alike:
 *
 * <pre>
 * y[n, p, q, c]      = max over r, s with (h, w) inside the image of x[n, h, w, c]
 * argmax[n, p, q, c] = h * W + w of that element
 * dx[n, h, w, c]     = sum of dy[n, p, q, c] over the outputs whose argmax is (h, w)
 * </pre>
 *
 * <p>Of equal values the first in row order wins and takes the whole gradient. Padding never wins;
 * a window of padding alone gives minus infinity, argmax -1 and no gradient. A NaN wins against
 * every number; of several the last. With {@code reluInput}, {@code x} is the output of a ReLU and
 * the backward pass goes through that ReLU as well: {@code dy} counts only where {@code y > 0}.
 * (The two commute: where the window's winner is 0, the ReLU's gradient is 0.)
 *
 * <p>Shapes: {@code x}, {@code dx} FLOAT32 [N, H, W, C] or [N, C, H, W] by the layout; {@code y},
 * {@code dy} FLOAT32 and {@code argmax} INT32 [N, P, Q, C] or [N, C, P, Q]. Outputs are overwritten
 * ({@code dx} entirely, 0 where nothing won); nothing may alias. The extent of the output is {@code
 * P = floor((H + padTop + padBottom - ((windowH - 1) * dilationH + 1)) / strideH) + 1}, with ceil
 * mode rounded up, less the windows that would begin behind the image. Deterministic. Cost: windowH
 * * windowW comparisons an output; each tensor is moved once.
 */
public abstract class MaxPool2d extends OpKernel<MaxPool2d.Spec> {

  /** For backends. */
  protected MaxPool2d(Device device, Spec spec) {
    super(device, spec);
  }

  /**
   * Maxima and where they stand.
   *
   * @param argmax receives the positions for the backward pass, or null in inference
   */
  public final void forward(
      Stream stream, DeviceBuffer x, DeviceBuffer y, @Nullable DeviceBuffer argmax) {
    check(stream, "x", x, FLOAT32, spec().inputs());
    check(stream, "y", y, FLOAT32, spec().outputs());
    checkApart("y", y, "x", x);
    if (argmax != null) {
      check(stream, "argmax", argmax, INT32, spec().outputs());
      checkApart("argmax", argmax, "x", x);
    }
    if (stream.begin(this)) {
      runForward(stream, x, y, argmax);
    }
  }

  /**
   * Gradient by {@code x}.
   *
   * @param y the forward pass's output; read only with {@code reluInput}
   * @param argmax the forward pass's positions
   */
  public final void backward(
      Stream stream, DeviceBuffer y, DeviceBuffer argmax, DeviceBuffer dy, DeviceBuffer dx) {
    check(stream, "y", y, FLOAT32, spec().outputs());
    check(stream, "argmax", argmax, INT32, spec().outputs());
    check(stream, "dy", dy, FLOAT32, spec().outputs());
    check(stream, "dx", dx, FLOAT32, spec().inputs());
    checkApart("dx", dx, "dy", dy);
    checkApart("dx", dx, "y", y);
    checkApart("dx", dx, "argmax", argmax);
    if (stream.begin(this)) {
      runBackward(stream, y, argmax, dy, dx);
    }
  }

  /** For backends: the checked forward pass. */
  protected abstract void runForward(
      Stream stream, DeviceBuffer x, DeviceBuffer y, @Nullable DeviceBuffer argmax);

  /** For backends: the checked backward pass. */
  protected abstract void runBackward(
      Stream stream, DeviceBuffer y, DeviceBuffer argmax, DeviceBuffer dy, DeviceBuffer dx);

  /** Begins a spec; see {@link Builder} for the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * A pooling problem; build it with {@link MaxPool2d#builder}.
   *
   * @param layout order of the axes
   * @param n batch, 0 or more
   * @param c channels
   * @param h input height
   * @param w input width
   * @param windowH window height in taps
   * @param windowW window width in taps
   * @param strideH distance between windows along the height
   * @param strideW distance between windows along the width
   * @param padTop padding above
   * @param padLeft padding on the left
   * @param padBottom padding below
   * @param padRight padding on the right
   * @param dilationH distance between taps along the height, 1 is dense
   * @param dilationW distance between taps along the width, 1 is dense
   * @param ceilMode whether windows may hang over the end
   * @param reluInput whether the backward pass goes through a ReLU in front as well
   */
  public record Spec(
      Layout layout,
      int n,
      int c,
      int h,
      int w,
      int windowH,
      int windowW,
      int strideH,
      int strideW,
      int padTop,
      int padLeft,
      int padBottom,
      int padRight,
      int dilationH,
      int dilationW,
      boolean ceilMode,
      boolean reluInput)
      implements OpSpec<MaxPool2d> {

    /**
     * Checks the problem.
     *
     * @throws SpecException if an extent is out of range
     */
    public Spec {
      Window.requireAtLeast("maxpool2d", "n", n, 0);
      Window.requireAtLeast("maxpool2d", "c", c, 1);
      String op = "maxpool2d";
      new Window(op, "height", h, windowH, strideH, padTop, padBottom, dilationH, ceilMode);
      new Window(op, "width", w, windowW, strideW, padLeft, padRight, dilationW, ceilMode);
      Conv2d.Spec.requireImageFits("maxpool2d", h, w, c);
    }

    /** Output height. */
    public int p() {
      return (int) Window.countOutputs(h, windowH, strideH, padTop, padBottom, dilationH, ceilMode);
    }

    /** Output width. */
    public int q() {
      return (int) Window.countOutputs(w, windowW, strideW, padLeft, padRight, dilationW, ceilMode);
    }

    /** Elements of {@code x}. */
    public long inputs() {
      return (long) n * c * h * w;
    }

    /** Elements of {@code y}. */
    public long outputs() {
      return (long) n * c * p() * q();
    }

    @Override
    public Class<MaxPool2d> kernelType() {
      return MaxPool2d.class;
    }

    @Override
    public String describe() {
      return Geometry.describe("maxpool2d", layout, n, "ic", c, h, w)
          + Geometry.window(windowH, windowW, strideH, strideW, dilationH, dilationW)
          + Geometry.padding(padTop, padLeft, padBottom, padRight)
          + (ceilMode ? "ceil" : "")
          + (reluInput ? "relu" : "");
    }

    @Override
    public Set<Pass> passes() {
      return EnumSet.of(Pass.FORWARD, Pass.BACKWARD_DATA);
    }

    @Override
    public double flops(Pass pass) {
      return pass == Pass.FORWARD ? (double) outputs() * windowH * windowW : outputs();
    }

    @Override
    public double bytes(Pass pass) {
      return 4.0 * inputs() + (pass == Pass.BACKWARD_DATA && reluInput ? 12.0 : 8.0) * outputs();
    }
  }

  /**
   * Builds a {@link Spec}. Defaults: NHWC, stride equal to the window, no padding, dense, floor
   * mode.
   */
  public static final class Builder {
    private Layout layout = Layout.NHWC;
    private final int[] input = new int[4];
    private final int[] window = {2, 2};
    private int @Nullable [] stride;
    private final int[] pad = new int[4];
    private final int[] dilation = {1, 1};
    private boolean ceilMode;
    private boolean reluInput;

    private Builder() {}

    /** Order of the axes. */
    public Builder layout(Layout layout) {
      this.layout = layout;
      return this;
    }

    /** Batch, channels, height and width of the input, whatever the layout. */
    public Builder input(int n, int c, int h, int w) {
      Geometry.set(input, n, c, h, w);
      return this;
    }

    /** Extent of the window. */
    public Builder window(int h, int w) {
      Geometry.set(window, h, w);
      return this;
    }

    /** Distance between windows. */
    public Builder stride(int h, int w) {
      stride = new int[] {h, w};
      return this;
    }

    /** Padding on each side. */
    public Builder padding(int top, int left, int bottom, int right) {
      Geometry.set(pad, top, left, bottom, right);
      return this;
    }

    /** Distance between taps. */
    public Builder dilation(int h, int w) {
      Geometry.set(dilation, h, w);
      return this;
    }

    /** Whether windows may hang over the end. */
    public Builder ceilMode(boolean ceilMode) {
      this.ceilMode = ceilMode;
      return this;
    }

    /** Whether the backward pass goes through a ReLU in front as well. */
    public Builder reluInput(boolean reluInput) {
      this.reluInput = reluInput;
      return this;
    }

    /**
     * Checks and returns the spec.
     *
     * @throws SpecException if an extent is out of range
     */
    public Spec build() {
      int[] stride = this.stride == null ? window : this.stride;
      return new Spec(
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
          reluInput);
    }
  }
}
