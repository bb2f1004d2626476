package dev.quern.cpu;

import dev.quern.kernels.Conv2d;

/**
 * The patches of the images of a batch, in NHWC order: where their pixels are. Patches are numbered
 * by image, row and column.
 *
 * @param images images of the batch
 * @param height pixels of an image
 * @param width pixels of an image
 * @param channels elements of a pixel
 * @param size pixels of a patch along an axis
 * @param step pixels from a patch to its neighbour
 * @param beforeH rows of the first patches that lie above the image
 * @param beforeW columns of the first patches that lie on the left of it
 * @param rows patches of an image along its height
 * @param columns patches of an image along its width
 */
record PatchGrid(
    int images,
    int height,
    int width,
    int channels,
    int size,
    int step,
    int beforeH,
    int beforeW,
    int rows,
    int columns) {

  /** Longs behind a worker's table: two cache lines, as neighbours are fetched in pairs. */
  private static final int PAD = 16;

  /** Tables of addresses, one for each worker, and no two of them in one cache line. */
  long[][] tables(int workers) {
    return new long[workers][size * size + PAD];
  }

  /** The input's patches: those of neighbours overlap by what a filter reaches. */
  static PatchGrid inputs(Conv2d.Spec spec, Winograd algorithm) {
    PatchGrid outputs = outputs(spec, algorithm);
    return new PatchGrid(
        spec.n(),
        spec.h(),
        spec.w(),
        spec.c(),
        algorithm.size(),
        algorithm.outputs(),
        spec.padTop(),
        spec.padLeft(),
        outputs.rows(),
        outputs.columns());
  }

  /** The output's patches. */
  static PatchGrid outputs(Conv2d.Spec spec, Winograd algorithm) {
    int step = algorithm.outputs();
    int rows = (spec.p() + step - 1) / step;
    int columns = (spec.q() + step - 1) / step;
    return new PatchGrid(spec.n(), spec.p(), spec.q(), spec.k(), step, step, 0, 0, rows, columns);
  }

  /** Patches of an image. */
  int ofImage() {
    return rows * columns;
  }

  /** Bytes of a pixel. */
  long pixelBytes() {
    return (long) Float.BYTES * channels;
  }

  /** Bytes of an image. */
  long imageBytes() {
    return pixelBytes() * height * width;
  }

  /** Patches of the batch. */
  long patches() {
    return (long) images * rows * columns;
  }

  /** Addresses of the first channels of a patch's pixels, column by column. */
  void addressesByColumns(long patch, long base, long outside, long[] addresses) {
    fill(patch, base, outside, addresses, 1, size);
  }

  /** Addresses of the first channels of a patch's pixels, row by row. */
  void addressesByRows(long patch, long base, long outside, long[] addresses) {
    fill(patch, base, outside, addresses, size, 1);
  }

  /** All pixels outside the image have the same address. */
  private void fill(
      long patch, long base, long outside, long[] addresses, int rowStep, int columnStep) {
    long image = patch / columns / rows;
    int top = (int) (patch / columns % rows * step) - beforeH;
    int left = (int) (patch % columns * step) - beforeW;
    long pixel = pixelBytes();
    long line = pixel * width;
    long corner = base + image * height * line + top * line + left * pixel;
    for (int i = 0; i < size; i++) {
      boolean inside = top + i >= 0 && top + i < height;
      for (int j = 0; j < size; j++) {
        boolean within = inside && left + j >= 0 && left + j < width;
        addresses[i * rowStep + j * columnStep] = within ? corner + i * line + j * pixel : outside;
      }
    }
  }
}
