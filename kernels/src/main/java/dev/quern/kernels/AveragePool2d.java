package dev.quern.kernels;

import static dev.quern.core.DataType.FLOAT32;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * Average, or sum, over a sliding window of an image plane. With {@code h = p * strideH - padTop +
 * r * dilationH} and {@code w} alike:
 *
 * <pre>
 * y[n, p, q, c]  = (sum over r, s with (h, w) inside the image of x[n, h, w, c]) / d(p, q)
 * dx[n, h, w, c] = sum of dy[n, p, q, c] / d(p, q) over the outputs whose windows hold (h, w)
 * </pre>
 *
 * <p>The {@link Divisor} says what {@code d} is. Padding adds nothing to a sum; a window of padding
 * alone gives 0 and passes no gradient. A NaN or an infinity spreads to every output whose window
 * holds it.
 *
 * <p>A window as large as the image is global average pooling. With {@link Divisor#SUM} and windows
 * side by side (the stride is the window), the backward pass repeats each {@code dy} over its
 * window: that is UpSampling2D by nearest neighbours, and the gradient of that is the forward pass.
 *
 * <p>Shapes: {@code x}, {@code dx} FLOAT32 [N, H, W, C] or [N, C, H, W] by the layout; {@code y},
 * {@code dy} FLOAT32 [N, P, Q, C] or [N, C, P, Q]. Outputs are overwritten ({@code dx} entirely, 0
 * where no window holds a pixel) and may not alias an input. P and Q are those of {@link
 * MaxPool2d}. Deterministic: the order of summation depends on the spec alone. Cost: windowH *
 * windowW additions an output; each tensor is moved once. Source: LeCun et al., "Gradient-based
 * learning applied to document recognition", 1998; Lin et al., "Network in network",
 * arXiv:1312.4400, for global pools.
 */
public abstract class AveragePool2d extends OpKernel<AveragePool2d.Spec> {

  /** What the sum over a window is divided by. */
  public enum Divisor {
    /**
     * The taps inside the image: the average of what is there. Keras's {@code same}, ONNX's
     * default.
     */
    INSIDE,
    /**
     * The taps of the whole window, as if padding were zeros: {@code count_include_pad} of PyTorch
     * and ONNX. A window that ceil mode lets hang over the padded end counts its taps up to there,
     * as it does in PyTorch.
     */
    WINDOW,
    /** Nothing: the sum itself. */
    SUM
  }

  /** For backends. */
  protected AveragePool2d(Device device, Spec spec) {
    super(device, spec);
  }

  /** Averages of {@code x}. */
  public final void forward(Stream stream, DeviceBuffer x, DeviceBuffer y) {
    check(stream, "x", x, FLOAT32, spec().inputs());
    check(stream, "y", y, FLOAT32, spec().outputs());
    checkApart("y", y, "x", x);
    if (stream.begin(this)) {
      runForward(stream, x, y);
    }
  }

  /** Gradient by {@code x}. */
  public final void backward(Stream stream, DeviceBuffer dy, DeviceBuffer dx) {
    check(stream, "dy", dy, FLOAT32, spec().outputs());
    check(stream, "dx", dx, FLOAT32, spec().inputs());
    checkApart("dx", dx, "dy", dy);
    if (stream.begin(this)) {
      runBackward(stream, dy, dx);
    }
  }

  /** For backends: the checked forward pass. */
  protected abstract void runForward(Stream stream, DeviceBuffer x, DeviceBuffer y);

  /** For backends: the checked backward pass. */
  protected abstract void runBackward(Stream stream, DeviceBuffer dy, DeviceBuffer dx);

  /** Begins a spec; see {@link AveragePool2dBuilder} for the defaults. */
  public static AveragePool2dBuilder builder() {
    return new AveragePool2dBuilder();
  }

  /**
   * A pooling problem; build it with {@link AveragePool2d#builder}.
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
   * @param divisor what sums are divided by
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
      Divisor divisor)
      implements OpSpec<AveragePool2d> {

    /**
     * Checks the problem.
     *
     * @throws SpecException if an extent is out of range
     */
    public Spec {
      String op = "avgpool2d";
      Window.requireAtLeast(op, "n", n, 0);
      Window.requireAtLeast(op, "c", c, 1);
      new Window(op, "height", h, windowH, strideH, padTop, padBottom, dilationH, ceilMode);
      new Window(op, "width", w, windowW, strideW, padLeft, padRight, dilationW, ceilMode);
      Conv2d.Spec.requireImageFits(op, h, w, c);
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

    /**
     * The height's part of what sums of a row of outputs are divided by, 1 or more. The divisor of
     * an output is the product with {@link #divisorW}.
     */
    public int divisorH(int p) {
      return taps((long) p * strideH - padTop, h, padBottom, windowH, dilationH);
    }

    /** The width's part of what sums of a column of outputs are divided by, 1 or more. */
    public int divisorW(int q) {
      return taps((long) q * strideW - padLeft, w, padRight, windowW, dilationW);
    }

    /** Taps that count of the window that begins at {@code origin} of an axis. */
    private int taps(long origin, int size, int after, int window, int dilation) {
      long taps =
          switch (divisor) {
            case INSIDE ->
                Window.tapsBefore(size, origin, window, dilation)
                    - Window.tapsBefore(0, origin, window, dilation);
            case WINDOW -> Window.tapsBefore((long) size + after, origin, window, dilation);
            case SUM -> 1;
          };
      return (int) Math.max(1, taps);
    }

    @Override
    public Class<AveragePool2d> kernelType() {
      return AveragePool2d.class;
    }

    @Override
    public String describe() {
      return Geometry.describe("avgpool2d", layout, n, "ic", c, h, w)
          + Geometry.window(windowH, windowW, strideH, strideW, dilationH, dilationW)
          + Geometry.padding(padTop, padLeft, padBottom, padRight)
          + (ceilMode ? "ceil" : "")
          + (divisor == Divisor.INSIDE ? "" : divisor.name().toLowerCase(Locale.ROOT));
    }

    @Override
    public Set<Pass> passes() {
      return EnumSet.of(Pass.FORWARD, Pass.BACKWARD_DATA);
    }

    @Override
    public double flops(Pass pass) {
      return (double) outputs() * windowH * windowW;
    }

    @Override
    public double bytes(Pass pass) {
      return 4.0 * (inputs() + outputs());
    }
  }
}
