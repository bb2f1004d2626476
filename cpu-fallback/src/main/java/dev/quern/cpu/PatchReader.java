package dev.quern.cpu;

/**
 * Patches of the images of a batch, transformed to {@link Planes}: what {@link Winograd}'s passes
 * begin with. What lies outside an image is read from a pixel of zeros.
 */
final class PatchReader {
  private final PatchGrid grid;
  private final PatchTransform transform;
  private final Planes planes;
  private final long[] points;
  private final long[][] addresses;
  private long images;
  private long zeros;

  /**
   * A reader.
   *
   * @param matrix what a patch is transformed by
   * @param rows patches that the planes hold
   */
  PatchReader(CpuDevice device, PatchGrid grid, Coefficients matrix, int rows) {
    this.grid = grid;
    transform = new PatchTransform(device.simd().transforms(), LineShape.plain(matrix));
    planes = new Planes(matrix.outputs(), rows, grid.channels());
    points = planes.byRows();
    addresses = grid.tables(device.pool().workers());
  }

  /** Where patches go. */
  Planes planes() {
    return planes;
  }

  /** Bytes of a pixel of zeros. */
  long zerosBytes() {
    return grid.pixelBytes();
  }

  /** Scratch memory of a worker. */
  long scratchBytes() {
    return transform.scratchBytes();
  }

  /** What a patch takes, about. */
  double nanos() {
    return PatchTransform.NANOS * planes.channels();
  }

  /** Reads from these addresses from now on. */
  void from(long imagesAddress, long zerosAddress) {
    images = imagesAddress;
    zeros = zerosAddress;
  }

  /**
   * Transforms patches.
   *
   * @param first the first one's number in the batch
   * @param count how many
   * @param target address of the planes, or of their row that the first patch goes to
   * @param scratch address of {@link #scratchBytes} for this worker alone
   */
  void read(long first, int count, long target, int worker, long scratch) {
    long[] pixels = addresses[worker];
    for (int i = 0; i < count; i++) {
      grid.addressesByColumns(first + i, images, zeros, pixels);
      long row = target + i * planes.rowBytes();
      transform.run(0, pixels, row, points, planes.channels(), 0, scratch);
    }
  }
}
