package dev.quern.train.layers;

import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import dev.quern.kernels.Augment;
import dev.quern.train.BoundLayer;
import dev.quern.train.Layer;
import dev.quern.train.LayerContext;
import dev.quern.train.Shape;

/**
 * Varies images at random in training, each anew in every step; does nothing in evaluation. Stands
 * at the head of a network, in front of everything that is trained. It is Keras's RandomFlip,
 * RandomRotation, RandomZoom, RandomTranslation, RandomBrightness and more in one: an image is
 * moved, rotated, zoomed and flipped in one go and so sampled once. The draws come from the model's
 * seed and are the same on every device.
 *
 * <pre>
 * Augmentation.of().shift(0.1, 0.1).rotation(0.03).zoom(0.1)    // digits
 * Augmentation.of().crop(4).flip(true, false).cutout(0.25)      // small photographs
 * </pre>
 *
 * @param shift how far images are moved
 * @param flip along which axes they are flipped half of the time
 * @param rotation largest angle as a share of a full turn, 0 to 0.5
 * @param zoom how far the factor may be from 1, at least 0 and less than 1
 * @param cutout side of a square that is cut out, as a share of the shorter extent, 0 to 1
 * @param brightness most that is added to all pixels or taken away, 0 or more
 * @param fill what pixels outside of the image and in the cut-out square are
 */
public record Augmentation(
    Shift shift,
    Flip flip,
    double rotation,
    double zoom,
    double cutout,
    double brightness,
    double fill)
    implements Layer {

  /**
   * How far images are moved.
   *
   * @param height at most, up or down, as a share of the height
   * @param width at most, to the left or right, as a share of the width
   * @param pixels at most, in whole pixels along both axes; 0 if shares say it
   */
  public record Shift(double height, double width, int pixels) {}

  /**
   * Along which axes images are flipped half of the time.
   *
   * @param horizontal whether left and right are exchanged
   * @param vertical whether top and bottom are exchanged
   */
  public record Flip(boolean horizontal, boolean vertical) {}

  /** Nothing yet: say what is to vary. */
  public static Augmentation of() {
    return new Augmentation(new Shift(0, 0, 0), new Flip(false, false), 0, 0, 0, 0, 0);
  }

  /** Moves images by up to these shares of their height and width. */
  public Augmentation shift(double height, double width) {
    return moving(new Shift(height, width, 0));
  }

  /** Crops images at random out of themselves with so many pixels of padding on each side. */
  public Augmentation crop(int pixels) {
    return moving(new Shift(0, 0, pixels));
  }

  private Augmentation moving(Shift by) {
    return new Augmentation(by, flip, rotation, zoom, cutout, brightness, fill);
  }

  /** Flips images half of the time, along each of these axes. */
  public Augmentation flip(boolean horizontal, boolean vertical) {
    Flip along = new Flip(horizontal, vertical);
    return new Augmentation(shift, along, rotation, zoom, cutout, brightness, fill);
  }

  /** Rotates images by up to this share of a full turn, both ways; 0.05 is 18 degrees. */
  public Augmentation rotation(double share) {
    return new Augmentation(shift, flip, share, zoom, cutout, brightness, fill);
  }

  /** Shrinks and enlarges images by a factor that is up to this far from 1. */
  public Augmentation zoom(double most) {
    return new Augmentation(shift, flip, rotation, most, cutout, brightness, fill);
  }

  /** Cuts a square out whose side is this share of the image's shorter extent. */
  public Augmentation cutout(double share) {
    return new Augmentation(shift, flip, rotation, zoom, share, brightness, fill);
  }

  /** Adds up to so much to all pixels, or takes it away. */
  public Augmentation brightness(double most) {
    return new Augmentation(shift, flip, rotation, zoom, cutout, most, fill);
  }

  /** Puts this number where there is no image, in place of 0. */
  public Augmentation fill(double value) {
    return new Augmentation(shift, flip, rotation, zoom, cutout, brightness, value);
  }

  @Override
  public String kind() {
    return "augmentation";
  }

  @Override
  public Shape output(Shape input) {
    spec(input, 1, 0); // checks the settings
    return input;
  }

  /** The kernel's problem. */
  Augment.Spec spec(Shape input, int batch, long seed) {
    boolean whole = shift.pixels() != 0;
    double height = whole ? (double) shift.pixels() / input.height() : shift.height();
    double width = whole ? (double) shift.pixels() / input.width() : shift.width();
    return Augment.builder()
        .input(batch, input.height(), input.width(), input.channels())
        .seed(seed)
        .shift((float) height, (float) width)
        .wholePixels(whole)
        .flip(flip.horizontal(), flip.vertical())
        .rotation((float) (rotation * 2 * Math.PI))
        .zoom((float) zoom)
        .cutout((float) cutout)
        .brightness((float) brightness)
        .fill((float) fill)
        .build();
  }

  @Override
  public BoundLayer bind(LayerContext context) {
    if (!context.training()) {
      return BoundLayer.copying(context);
    }
    if (context.dx() != null) {
      throw new SpecException(
          "augmentation has no gradient and belongs in front of everything that is trained, but"
              + " something before it is");
    }
    Augment kernel = context.prepare(spec(context.input(), context.batch(), context.seed()));
    return new BoundLayer() {
      @Override
      public void forward(Stream stream) {
        kernel.forward(stream, context.x(), context.step(), context.y());
      }

      @Override
      public void backward(Stream stream) {} // nobody in front of it wants a gradient
    };
  }
}
