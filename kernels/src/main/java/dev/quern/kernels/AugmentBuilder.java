package dev.quern.kernels;

import dev.quern.core.SpecException;

/** Builds an {@link Augment.Spec}. Defaults: seed 0, every setting off, fill 0. */
public final class AugmentBuilder {
  private final int[] input = new int[4];
  private long seed;
  private float shiftHeight;
  private float shiftWidth;
  private boolean wholePixels;
  private float rotation;
  private float zoom;
  private boolean flipHorizontal;
  private boolean flipVertical;
  private float cutout;
  private float brightness;
  private float fill;

  AugmentBuilder() {}

  /** Batch, height, width and channels. */
  public AugmentBuilder input(int n, int h, int w, int c) {
    Geometry.set(input, n, h, w, c);
    return this;
  }

  /** Key of the generator; give each layer its own. */
  public AugmentBuilder seed(long seed) {
    this.seed = seed;
    return this;
  }

  /** Largest shifts, as shares of height and width. */
  public AugmentBuilder shift(float height, float width) {
    shiftHeight = height;
    shiftWidth = width;
    return this;
  }

  /** Whether shifts are whole pixels. */
  public AugmentBuilder wholePixels(boolean wholePixels) {
    this.wholePixels = wholePixels;
    return this;
  }

  /** Largest angle, in radians. */
  public AugmentBuilder rotation(float rotation) {
    this.rotation = rotation;
    return this;
  }

  /** How far the zoom factor may be from 1. */
  public AugmentBuilder zoom(float zoom) {
    this.zoom = zoom;
    return this;
  }

  /** Whether left and right, and whether top and bottom are exchanged half of the time. */
  public AugmentBuilder flip(boolean horizontal, boolean vertical) {
    flipHorizontal = horizontal;
    flipVertical = vertical;
    return this;
  }

  /** Side of the square that is cut out, as a share of the shorter extent. */
  public AugmentBuilder cutout(float cutout) {
    this.cutout = cutout;
    return this;
  }

  /** Most that is added to an image's pixels or taken away. */
  public AugmentBuilder brightness(float brightness) {
    this.brightness = brightness;
    return this;
  }

  /** What pixels outside of the image and in the cut-out square are. */
  public AugmentBuilder fill(float fill) {
    this.fill = fill;
    return this;
  }

  /**
   * Checks and returns the spec.
   *
   * @throws SpecException if an extent or a setting is out of range
   */
  public Augment.Spec build() {
    return new Augment.Spec(
        input[0],
        input[1],
        input[2],
        input[3],
        seed,
        shiftHeight,
        shiftWidth,
        wholePixels,
        rotation,
        zoom,
        flipHorizontal,
        flipVertical,
        cutout,
        brightness,
        fill);
  }
}
