package dev.quern.cpu;

/**
 * Finds the outputs of a convolution whose windows see nothing but zeros, which must be 0 (or the
 * bias) and not what rounding leaves of the neighbours' values: a ReLU behind the convolution would
 * take every second such rest for positive, and gradients would go where there was nothing. On
 * MNIST, whose images are empty for the most part, that moved the gradient of a bias by a third.
 *
 * <p>A byte a pixel says whether any of its channels is not 0.
 */
final class ZeroWindows implements WorkerPool.Loop {
  private static final int TAPS = Winograd.TAPS;

  /** What looking at an element takes. */
  private static final double NANOS = 0.1;

  private final PatchGrid inputs;
  private final int outputs;
  private final ElementLoops elements;
  private final long everyPixel;
  private long input;
  private long marks;

  /**
   * For a convolution.
   *
   * @param inputs the input's patches
   * @param outputs outputs of a patch along an axis
   */
  ZeroWindows(PatchGrid inputs, int outputs, ElementLoops elements) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.elements = elements;
    everyPixel = (1L << (inputs.size() * inputs.size())) - 1;
  }

  /** Room for the marks. */
  long bytes() {
    return (long) inputs.images() * inputs.height() * inputs.width();
  }

  /** Marks the pixels of all images. */
  void scan(WorkerPool pool, long inputAddress, long marksAddress) {
    input = inputAddress;
    marks = marksAddress;
    double lineNanos = NANOS * inputs.width() * inputs.channels();
    pool.run((long) inputs.images() * inputs.height(), lineNanos, this);
  }

  /** Units are lines of pixels. */
  @Override
  public void run(long first, long end, int worker) {
    int pixels = Math.toIntExact((end - first) * inputs.width());
    long before = first * inputs.width();
    long pixel = (long) Float.BYTES * inputs.channels();
    elements.markNonZero(input + before * pixel, pixels, inputs.channels(), marks + before);
  }

  /** A bit for each output of a patch, row by row: set if its window sees zeros alone. */
  long of(long patch) {
    long pixels = pixels(patch);
    if (pixels == everyPixel) {
      return 0;
    }
    int size = inputs.size();
    long seen = pixels;
    for (int tap = 1; tap < TAPS; tap++) {
      seen |= pixels >>> tap;
    }
    long lines = seen;
    for (int tap = 1; tap < TAPS; tap++) {
      seen |= lines >>> (tap * size);
    }
    long zero = 0;
    for (int i = 0; i < outputs; i++) {
      for (int j = 0; j < outputs; j++) {
        zero |= ((~seen >>> (i * size + j)) & 1) << (i * outputs + j);
      }
    }
    return zero;
  }

  /** A bit for each pixel of a patch, row by row: set if it is inside the image and not 0. */
  private long pixels(long patch) {
    int top = inputs.top(patch);
    int left = inputs.left(patch);
    long corner = marks + (inputs.image(patch) * inputs.height() + top) * inputs.width() + left;
    int size = inputs.size();
    long bits = 0;
    for (int i = Math.max(0, -top); i < Math.min(size, inputs.height() - top); i++) {
      for (int j = Math.max(0, -left); j < Math.min(size, inputs.width() - left); j++) {
        bits |=
            (long) NativeMemory.getUnsignedByte(corner + (long) i * inputs.width() + j)
                << (i * size + j);
      }
    }
    return bits;
  }
}
