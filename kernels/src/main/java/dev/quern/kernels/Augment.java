package dev.quern.kernels;

import static dev.quern.core.DataType.FLOAT32;
import static dev.quern.core.DataType.INT32;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import java.util.EnumSet;
import java.util.Set;

/**
 * Random variations of the images of a batch: shift, rotation, zoom, flips, brightness, cutout.
 *
 * <p>Each output pixel {@code (i, j)} is sampled from {@code x} at a position that is affine in it,
 * {@code c} being the image's centre {@code ((H - 1) / 2, (W - 1) / 2)}:
 *
 * <pre>
 * position = c + zoom * rotation * flip * ((i, j) - c) - shift
 * y[n, i, j, c] = inside the cut-out square ? fill : bilinear(x, position) + brightness
 * </pre>
 *
 * <p>So what is in {@code x} is moved down and to the right by {@code shift}, then rotated around
 * the centre, counter-clockwise by a positive angle, and shrunk by the zoom factor, then flipped.
 * {@code bilinear} weighs the four pixels around the position; those outside the image are {@code
 * fill}, and a pixel of weight 0 is not touched: a NaN reaches only outputs that it has a share in.
 * Nothing is clamped, since the op cannot know which range pixels were scaled to; Keras's
 * RandomBrightness clips. The square's centre lies anywhere in the image, and what of the square
 * reaches beyond it is lost.
 *
 * <p>Everything is drawn from the counter-based generator Philox 4x32-10 with the seed as its key,
 * for image {@code n} from the blocks with counters {@code (n, 0 or 1, step, 1)}; dropout's have a
 * 0 in the last place. The step is read from device memory, so that a replay draws anew each time,
 * and the same step the same again. Draws and positions are whole-number arithmetic, in units of
 * 2^-16 pixel, and the same on every backend: see {@link Placement}. Only the weighing rounds.
 * Images that are moved by whole pixels and flipped, and not rotated or zoomed, are copied exactly,
 * and so are all with no setting at all.
 *
 * <p>Shapes: {@code x} and {@code y} FLOAT32 [N, H, W, C], {@code step} one INT32. {@code y} is
 * overwritten; nothing may alias. Deterministic. Cost: 8 bytes and about 8 operations an element.
 * Sources: the bilinear spatial transformer of Jaderberg et al., NeurIPS 2015; DeVries and Taylor,
 * "Improved regularization of convolutional neural networks with cutout", arXiv:1708.04552; Salmon
 * et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */
public abstract class Augment extends OpKernel<Augment.Spec> {

  /** For backends. */
  protected Augment(Device device, Spec spec) {
    super(device, spec);
  }

  /** {@code y = augment(x)} as drawn for {@code step}. */
  public final void forward(Stream stream, DeviceBuffer x, DeviceBuffer step, DeviceBuffer y) {
    check(stream, "x", x, FLOAT32, spec().count());
    check(stream, "step", step, INT32, 1);
    check(stream, "y", y, FLOAT32, spec().count());
    checkApart("y", y, "x", x);
    if (stream.begin(this)) {
      runForward(stream, x, step, y);
    }
  }

  /** For backends: the checked run. */
  protected abstract void runForward(
      Stream stream, DeviceBuffer x, DeviceBuffer step, DeviceBuffer y);

  /** Begins a spec; see {@link AugmentBuilder} for the defaults. */
  public static AugmentBuilder builder() {
    return new AugmentBuilder();
  }

  /**
   * A problem of augmentation; build it with {@link Augment#builder}. Extremes are drawn both ways,
   * evenly.
   *
   * @param n batch, 0 or more
   * @param h height, 1 to 4096
   * @param w width, 1 to 4096
   * @param c channels
   * @param seed key of the generator; give each layer its own
   * @param shiftHeight largest shift up or down as a share of the height, 0 to 4
   * @param shiftWidth largest shift to the left or right as a share of the width, 0 to 4
   * @param wholePixels whether shifts are whole pixels, each number of them equally likely: a
   *     random crop of what has been padded by the largest shift, rounded to pixels
   * @param rotation largest angle in radians, 0 to pi
   * @param zoom how far the factor may be from 1, at least 0 and less than 1
   * @param flipHorizontal whether left and right are exchanged half of the time
   * @param flipVertical whether top and bottom are exchanged half of the time
   * @param cutout side of the square that is cut out as a share of the shorter extent, 0 to 1;
   *     rounded to pixels
   * @param brightness most that is added or taken away, 0 or more
   * @param fill what pixels outside of the image and in the cut-out square are
   */
  public record Spec(
      int n,
      int h,
      int w,
      int c,
      long seed,
      float shiftHeight,
      float shiftWidth,
      boolean wholePixels,
      float rotation,
      float zoom,
      boolean flipHorizontal,
      boolean flipVertical,
      float cutout,
      float brightness,
      float fill)
      implements OpSpec<Augment> {

    /** Longest extent: with it, positions in units of 2^-16 pixel have room in 32 bits. */
    public static final int LONGEST = 4096;

    private static final float FARTHEST = 4;

    /**
     * Checks the problem.
     *
     * @throws SpecException if an extent or a setting is out of range
     */
    public Spec {
      Window.requireAtLeast("augment", "n", n, 0);
      Window.requireAtLeast("augment", "c", c, 1);
      requireBetween("height", h, 1, LONGEST);
      requireBetween("width", w, 1, LONGEST);
      // With a margin, that whoever samples it may put around it.
      Conv2d.Spec.requireImageFits("augment", h + 3L, w + 3L, c);
      requireBetween("shiftHeight", shiftHeight, 0, FARTHEST);
      requireBetween("shiftWidth", shiftWidth, 0, FARTHEST);
      requireBetween("rotation", rotation, 0, (float) Math.PI);
      requireBetween("cutout", cutout, 0, 1);
      requireBetween("brightness", brightness, 0, Float.MAX_VALUE);
      requireBetween("fill", fill, -Float.MAX_VALUE, Float.MAX_VALUE);
      if (!(zoom >= 0 && zoom < 1)) {
        throw new SpecException("augment: zoom must be at least 0 and less than 1, but is " + zoom);
      }
    }

    private static void requireBetween(String what, float value, float least, float most) {
      if (!(value >= least && value <= most)) {
        throw new SpecException(
            "augment: %s must be from %s to %s, but is %s".formatted(what, least, most, value));
      }
    }

    private static void requireBetween(String what, int value, int least, int most) {
      if (value < least || value > most) {
        throw new SpecException(
            "augment: %s must be from %d to %d, but is %d".formatted(what, least, most, value));
      }
    }

    /** Elements of {@code x} and {@code y}. */
    public long count() {
      return (long) n * h * w * c;
    }

    /** Largest shift up or down, in pixels if they are whole, else in units of 2^-16 pixel. */
    public int heightLimit() {
      return shiftLimit(shiftHeight, h);
    }

    /** Largest shift to the left or right, in the same units. */
    public int widthLimit() {
      return shiftLimit(shiftWidth, w);
    }

    private int shiftLimit(float share, int extent) {
      return (int) Math.rint((double) share * extent * (wholePixels ? 1 : Placement.PIXEL));
    }

    /** Largest angle in units of 2^-32 of a full turn, up to 2^31. */
    public long angleLimit() {
      return Math.min(1L << 31, Math.round(rotation / (2 * Math.PI) * 0x1p32));
    }

    /** How far the zoom factor may be from 1, in units of 2^-30, less than 2^30. */
    public int zoomLimit() {
      return (int) (zoom * (double) BinaryAngle.ONE);
    }

    /** Side of the square that is cut out, in pixels. */
    public int cutoutSide() {
      return (int) Math.rint((double) cutout * Math.min(h, w));
    }

    @Override
    public Class<Augment> kernelType() {
      return Augment.class;
    }

    @Override
    public String describe() {
      return Geometry.describe("augment", Layout.NHWC, n, "ic", c, h, w)
          + "seed"
          + seed
          + (shiftHeight == 0 && shiftWidth == 0
              ? ""
              : "shift" + shiftHeight + "x" + shiftWidth + (wholePixels ? "whole" : ""))
          + setting("rotation", rotation)
          + setting("zoom", zoom)
          + (flipHorizontal ? "fliph" : "")
          + (flipVertical ? "flipv" : "")
          + setting("cutout", cutout)
          + setting("brightness", brightness)
          + setting("fill", fill);
    }

    private static String setting(String name, float value) {
      return value == 0 ? "" : name + value;
    }

    @Override
    public Set<Pass> passes() {
      return EnumSet.of(Pass.FORWARD);
    }

    @Override
    public double flops(Pass pass) {
      return 8.0 * count();
    }

    @Override
    public double bytes(Pass pass) {
      return 8.0 * count();
    }
  }
}
