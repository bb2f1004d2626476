package dev.quern.train;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.GatherBatch;
import dev.quern.train.data.DataSet;

/**
 * A data set on the device, with the order in which its rows come and the number of the next batch.
 */
final class DeviceData implements AutoCloseable {
  /** Bytes copied at a time: a data set need not be twice in memory while it is loaded. */
  private static final int PORTION_BYTES = 1 << 22;

  private final Arena arena;
  private final DeviceBuffer pixels;
  private final DeviceBuffer labels;
  private final DeviceBuffer order;
  private final DeviceBuffer cursor;
  private final int count;
  private final int elements;

  DeviceData(Device device, Stream stream, DataSet data) {
    count = data.count();
    elements = data.elements();
    long pixelCount = (long) count * elements;
    arena =
        device.newArena(
            data.name(),
            Arena.footprint(DataType.UINT8, pixelCount)
                + 2 * Arena.footprint(DataType.INT32, count)
                + Arena.footprint(DataType.INT32, 1));
    pixels = arena.allocate("pixels", DataType.UINT8, pixelCount);
    labels = arena.allocate("labels", DataType.INT32, count);
    order = arena.allocate("order", DataType.INT32, count);
    cursor = arena.allocate("cursor", DataType.INT32, 1);
    int rows = Math.max(1, PORTION_BYTES / elements);
    for (int from = 0; from < count; from += rows) {
      int to = Math.min(count, from + rows);
      long portion = (long) (to - from) * elements;
      stream.write(pixels.part("rows", (long) from * elements, portion), data.pixels(from, to));
    }
    stream.write(labels, data.labels());
    int[] inOrder = new int[count];
    for (int i = 0; i < count; i++) {
      inOrder[i] = i;
    }
    rewind(stream, inOrder);
  }

  /** Number of batches of this size, the last one perhaps partial. */
  int batches(int batch) {
    return (count + batch - 1) / batch;
  }

  int count() {
    return count;
  }

  /** Starts again from the first batch, with rows in this order. */
  void rewind(Stream stream, int[] newOrder) {
    stream.write(order, newOrder);
    rewind(stream);
  }

  /** Starts again from the first batch. */
  void rewind(Stream stream) {
    stream.clear(cursor);
  }

  /** The problem of picking a batch from here, pixels scaled to 0 to 1. */
  GatherBatch.Spec gatherSpec(int batch) {
    return new GatherBatch.Spec(DataType.UINT8, count, elements, count, batch, 1 / 255f, 0);
  }

  /** Enqueues picking the next batch. */
  void gather(GatherBatch kernel, Stream stream, DeviceBuffer x, DeviceBuffer y) {
    kernel.run(stream, pixels, labels, order, cursor, x, y);
  }

  @Override
  public void close() {
    arena.close();
  }
}
