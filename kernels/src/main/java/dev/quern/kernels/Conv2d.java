package dev.quern.kernels;

import static dev.quern.core.DataType.FLOAT32;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Convolution of images with filters (cross-correlation, as everywhere in the field). With {@code h
 * = p * strideH - padTop + r * dilationH}, {@code w} alike, and {@code g} the group of {@code k}:
 *
 * <pre>
 * y[n, p, q, k]  = epilogue(sum over r, s, c of x[n, h, w, g * C/groups + c] * w[k, r, s, c])
 * dx[n, h, w, c] = sum over the p, q, k, r, s that read it of dy[n, p, q, k] * w[k, r, s, c]
 * dw[k, r, s, c] = sum over n, p, q of dy[n, p, q, k] * x[n, h, w, g * C/groups + c]
 * db[k]          = sum over n, p, q of dy[n, p, q, k]
 * </pre>
 *
 * <p>Pixels outside the image count as 0. The backward passes take the gradient in front of the
 * epilogue; {@link #backwardEpilogue} carries a gradient through the ReLU: {@code dz = y > 0 ? dy :
 * 0}.
 *
 * <p>Shapes: with NHWC, {@code x}, {@code dx} are [N, H, W, C], {@code w}, {@code dw} [K, R, S,
 * C/groups], {@code y}, {@code dy} [N, P, Q, K]; with NCHW [N, C, H, W], [K, C/groups, R, S], [N,
 * K, P, Q]; {@code b}, {@code db} are [K]; all FLOAT32. {@code groups = C} is the depthwise
 * convolution. {@code P = floor((H + padTop + padBottom - ((R - 1) * dilationH + 1)) / strideH) +
 * 1}. Outputs are overwritten entirely: {@code dx} is 0 where no output read it, {@code dw} and
 * {@code db} are 0 for an empty batch. No output may alias an input, but for {@code dz}, which may
 * be {@code dy}. Deterministic. Cost: {@code 2 N K P Q R S C/groups} operations a pass; each tensor
 * is moved once. Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning",
 * arXiv:1603.07285.
 */
public abstract class Conv2d extends OpKernel<Conv2d.Spec> {

  /** For backends. */
  protected Conv2d(Device device, Spec spec) {
    super(device, spec);
  }

  /**
   * Output from input and filters.
   *
   * @param b bias; null if and only if the epilogue adds none
   */
  public final void forward(
      Stream stream, DeviceBuffer x, DeviceBuffer w, @Nullable DeviceBuffer b, DeviceBuffer y) {
    check(stream, "x", x, FLOAT32, spec().inputs());
    check(stream, "w", w, FLOAT32, spec().weights());
    check(stream, "y", y, FLOAT32, spec().outputs());
    checkApart("y", y, "x", x);
    checkApart("y", y, "w", w);
    if (spec().epilogue().hasBias() != (b != null)) {
      throw new SpecException(
          spec().describe()
              + ": a bias must be given if and only if the epilogue adds one, which is "
              + spec().epilogue());
    }
    if (b != null) {
      check(stream, "b", b, FLOAT32, spec().k());
      checkApart("y", y, "b", b);
    }
    if (stream.begin(this)) {
      runForward(stream, x, w, b, y);
    }
  }

  /** Gradient by the input. */
  public final void backwardData(Stream stream, DeviceBuffer dy, DeviceBuffer w, DeviceBuffer dx) {
    check(stream, "dy", dy, FLOAT32, spec().outputs());
    check(stream, "w", w, FLOAT32, spec().weights());
    check(stream, "dx", dx, FLOAT32, spec().inputs());
    checkApart("dx", dx, "dy", dy);
    checkApart("dx", dx, "w", w);
    if (stream.begin(this)) {
      runBackwardData(stream, dy, w, dx);
    }
  }

  /** Gradient by the filters. */
  public final void backwardFilter(
      Stream stream, DeviceBuffer x, DeviceBuffer dy, DeviceBuffer dw) {
    check(stream, "x", x, FLOAT32, spec().inputs());
    check(stream, "dy", dy, FLOAT32, spec().outputs());
    check(stream, "dw", dw, FLOAT32, spec().weights());
    checkApart("dw", dw, "x", x);
    checkApart("dw", dw, "dy", dy);
    if (stream.begin(this)) {
      runBackwardFilter(stream, x, dy, dw);
    }
  }

  /** Gradient by the bias. */
  public final void backwardBias(Stream stream, DeviceBuffer dy, DeviceBuffer db) {
    check(stream, "dy", dy, FLOAT32, spec().outputs());
    check(stream, "db", db, FLOAT32, spec().k());
    checkApart("db", db, "dy", dy);
    if (stream.begin(this)) {
      runBackwardBias(stream, dy, db);
    }
  }

  /** Gradient in front of the epilogue's ReLU; {@code dz} may be {@code dy}. */
  public final void backwardEpilogue(
      Stream stream, DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dz) {
    if (!spec().epilogue().hasRelu()) {
      throw new SpecException(spec().describe() + ": there is no ReLU to go back through");
    }
    check(stream, "y", y, FLOAT32, spec().outputs());
    check(stream, "dy", dy, FLOAT32, spec().outputs());
    check(stream, "dz", dz, FLOAT32, spec().outputs());
    if (stream.begin(this)) {
      runBackwardEpilogue(stream, y, dy, dz);
    }
  }

  /** For backends: the checked forward pass. */
  protected abstract void runForward(
      Stream stream, DeviceBuffer x, DeviceBuffer w, @Nullable DeviceBuffer b, DeviceBuffer y);

  /** For backends: the checked gradient by the input. */
  protected abstract void runBackwardData(
      Stream stream, DeviceBuffer dy, DeviceBuffer w, DeviceBuffer dx);

  /** For backends: the checked gradient by the filters. */
  protected abstract void runBackwardFilter(
      Stream stream, DeviceBuffer x, DeviceBuffer dy, DeviceBuffer dw);

  /** For backends: the checked gradient by the bias. */
  protected abstract void runBackwardBias(Stream stream, DeviceBuffer dy, DeviceBuffer db);

  /** For backends: the checked gradient through the ReLU. */
  protected abstract void runBackwardEpilogue(
      Stream stream, DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dz);

  /** Begins a spec; see {@link Conv2dBuilder} for the defaults. */
  public static Conv2dBuilder builder() {
    return new Conv2dBuilder();
  }

  /**
   * A convolution; build it with {@link Conv2d#builder}.
   *
   * @param layout order of the axes
   * @param n batch, 0 or more
   * @param c input channels, a multiple of the groups
   * @param h input height
   * @param w input width
   * @param k output channels, a multiple of the groups
   * @param r filter height in taps
   * @param s filter width in taps
   * @param strideH distance between windows along the height
   * @param strideW distance between windows along the width
   * @param padTop padding above
   * @param padLeft padding on the left
   * @param padBottom padding below
   * @param padRight padding on the right
   * @param dilationH distance between taps along the height, 1 is dense
   * @param dilationW distance between taps along the width, 1 is dense
   * @param groups independent groups of channels
   * @param epilogue what is fused behind the forward pass
   * @param precision arithmetic of the products
   * @param sums how freely they may be rearranged
   */
  public record Spec(
      Layout layout,
      int n,
      int c,
      int h,
      int w,
      int k,
      int r,
      int s,
      int strideH,
      int strideW,
      int padTop,
      int padLeft,
      int padBottom,
      int padRight,
      int dilationH,
      int dilationW,
      int groups,
      Epilogue epilogue,
      Precision precision,
      Sums sums)
      implements OpSpec<Conv2d> {

    /**
     * Checks the problem.
     *
     * @throws SpecException if an extent is out of range
     */
    public Spec {
      Window.requireAtLeast("conv2d", "n", n, 0);
      Window.requireAtLeast("conv2d", "c", c, 1);
      Window.requireAtLeast("conv2d", "k", k, 1);
      Window.requireAtLeast("conv2d", "groups", groups, 1);
      if (c % groups != 0 || k % groups != 0) {
        throw new SpecException(
            "conv2d: groups must divide both c and k, but groups=%d c=%d k=%d"
                .formatted(groups, c, k));
      }
      int p =
          new Window("conv2d", "height", h, r, strideH, padTop, padBottom, dilationH, false)
              .outputs();
      int q =
          new Window("conv2d", "width", w, s, strideW, padLeft, padRight, dilationW, false)
              .outputs();
      requireImageFits("conv2d", h + padTop + padBottom, w + padLeft + padRight, c);
      requireImageFits("conv2d", p, q, k);
    }

    static void requireImageFits(String op, long h, long w, long c) {
      if ((double) h * w * c > Integer.MAX_VALUE) {
        throw new SpecException(
            "%s: one padded image must have fewer than 2^31 elements, but has %d x %d x %d"
                .formatted(op, h, w, c));
      }
    }

    /** Output height. */
    public int p() {
      return (h + padTop + padBottom - ((r - 1) * dilationH + 1)) / strideH + 1;
    }

    /** Output width. */
    public int q() {
      return (w + padLeft + padRight - ((s - 1) * dilationW + 1)) / strideW + 1;
    }

    /** Elements of {@code x}. */
    public long inputs() {
      return (long) n * c * h * w;
    }

    /** Elements of {@code w}. */
    public long weights() {
      return (long) k * r * s * (c / groups);
    }

    /** Elements of {@code y}. */
    public long outputs() {
      return (long) n * k * p() * q();
    }

    @Override
    public Class<Conv2d> kernelType() {
      return Conv2d.class;
    }

    @Override
    public String describe() {
      return Geometry.describe("conv2d", layout, n, "ic", c, h, w)
          + "oc"
          + k
          + Geometry.pair("oh", p(), "ow", q())
          + Geometry.window(r, s, strideH, strideW, dilationH, dilationW)
          + Geometry.padding(padTop, padLeft, padBottom, padRight)
          + (groups == 1 ? "" : "g" + groups)
          + (epilogue == Epilogue.NONE ? "" : "+" + epilogue)
          + (precision == Precision.FP32 ? "" : "+" + precision)
          + (sums == Sums.TRAINING ? "" : "+" + sums);
    }

    @Override
    public Set<Pass> passes() {
      Set<Pass> passes =
          EnumSet.of(Pass.FORWARD, Pass.BACKWARD_DATA, Pass.BACKWARD_FILTER, Pass.BACKWARD_BIAS);
      if (epilogue.hasRelu()) {
        passes.add(Pass.BACKWARD_EPILOGUE);
      }
      return passes;
    }

    @Override
    public double flops(Pass pass) {
      return switch (pass) {
        case BACKWARD_BIAS, BACKWARD_EPILOGUE -> outputs();
        default -> 2.0 * r * s * outputs() * c / groups;
      };
    }

    @Override
    public double bytes(Pass pass) {
      return switch (pass) {
        case BACKWARD_BIAS -> 4.0 * outputs();
        case BACKWARD_EPILOGUE -> 12.0 * outputs();
        default -> 4.0 * (inputs() + weights() + outputs());
      };
    }
  }
}
