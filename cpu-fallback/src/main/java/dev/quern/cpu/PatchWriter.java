package dev.quern.cpu;

/**
 * Patches transformed back from {@link Planes} to the images of a batch: what {@link Winograd}'s
 * passes over images end with. What lies outside an image is written to a pixel of waste.
 */
final class PatchWriter {
  private final PatchGrid grid;
  private final PatchTransform transform;
  private final Planes planes;
  private final long[] points;
  private final long[][] addresses;
  private long images;
  private long bias;

  /**
   * A writer.
   *
   * @param last what a patch is transformed by, and what is done to the results
   * @param rows patches that the planes hold
   */
  PatchWriter(CpuDevice device, PatchGrid grid, LineShape last, int rows) {
    this.grid = grid;
    transform = new PatchTransform(device.simd().transforms(), last);
    planes = new Planes(last.matrix().inputs(), rows, grid.channels());
    points = planes.byColumns();
    addresses = grid.tables(device.pool().workers());
  }

  /** Where patches come from. */
  Planes planes() {
    return planes;
  }

  /** Scratch memory of a worker: a pixel of waste, and the transform's. */
  long scratchBytes() {
    return grid.pixelBytes() + transform.scratchBytes();
  }

  /** Writes to this address from now on, with this bias if the shape adds one. */
  void to(long imagesAddress, long biasAddress) {
    images = imagesAddress;
    bias = biasAddress;
  }

  /**
   * Transforms patches back.
   *
   * @param first the first one's number in the batch
   * @param count how many
   * @param source address of the planes
   * @param scratch address of {@link #scratchBytes} for this worker alone
   */
  void write(long first, int count, long source, int worker, long scratch) {
    long[] pixels = addresses[worker];
    long own = scratch + grid.pixelBytes();
    for (int i = 0; i < count; i++) {
      grid.addressesByRows(first + i, images, scratch, pixels);
      long row = source + i * planes.rowBytes();
      transform.run(row, points, 0, pixels, planes.channels(), bias, own);
    }
  }
}
