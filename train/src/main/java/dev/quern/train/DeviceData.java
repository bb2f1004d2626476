package dev.quern.train;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.GatherBatch;
import dev.quern.train.data.DataSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A data set on the device, with the order in which its rows come and the number of the next batch.
 */
final class DeviceData implements AutoCloseable {
  /** Bytes copied at a time: a data set need not be twice in memory while it is loaded. */
  private static final int PORTION_BYTES = 1 << 22;

  private final Arena arena;
  private final DeviceBuffer samples;
  private final DeviceBuffer labels;
  private final @Nullable DeviceBuffer targets;
  private final DeviceBuffer order;
  private final DeviceBuffer cursors;
  private final DeviceBuffer cursor;
  private final DeviceBuffer targetCursor;
  private final int count;
  private final int elements;
  private final int targetElements;

  /**
   * Copies a data set to the device.
   *
   * @param loss decides what is right about a row: a label, or numbers
   * @param outputs numbers that the network gives for a row
   */
  DeviceData(Device device, Stream stream, DataSet data, Loss loss, int outputs) {
    count = data.count();
    elements = data.elements();
    targetElements = loss.targetElements(outputs);
    DataType type = data.arePictures() ? DataType.UINT8 : DataType.FLOAT32;
    long numbers = (long) count * elements;
    long targetNumbers = (long) count * targetElements;
    arena =
        device.newArena(
            data.name(),
            Arena.footprint(type, numbers)
                + Arena.footprint(DataType.FLOAT32, targetNumbers)
                + 2 * Arena.footprint(DataType.INT32, count)
                + Arena.footprint(DataType.INT32, 2));
    samples = arena.allocate(data.arePictures() ? "pixels" : "features", type, numbers);
    labels = arena.allocate("labels", DataType.INT32, count);
    order = arena.allocate("order", DataType.INT32, count);
    cursors = arena.allocate("cursors", DataType.INT32, 2);
    cursor = cursors.part("cursor", 0, 1);
    targetCursor = cursors.part("cursor of targets", 1, 1);
    targets =
        targetElements == 0 ? null : arena.allocate("targets", DataType.FLOAT32, targetNumbers);
    try {
      fill(stream, data, loss, outputs);
      rewind(stream, IntStream.range(0, count).toArray());
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private void fill(Stream stream, DataSet data, Loss loss, int outputs) {
    int rows = Math.max(1, PORTION_BYTES / Float.BYTES / Math.max(elements, targetElements));
    for (int from = 0; from < count; from += rows) {
      int to = Math.min(count, from + rows);
      DeviceBuffer part = part(samples, from, to, elements);
      if (data.arePictures()) {
        stream.write(part, data.pixels(from, to));
      } else {
        stream.write(part, data.features(from, to));
      }
      if (targets != null) {
        stream.write(
            part(targets, from, to, targetElements), loss.targets(data, from, to, outputs));
      }
    }
    // Numbers to come near to have no labels; all that a step asks then is whether a row counts.
    stream.write(labels, data.isLabelled() ? data.labels() : new int[count]);
  }

  private static DeviceBuffer part(DeviceBuffer all, int from, int to, int elements) {
    return all.part("rows", (long) from * elements, (long) (to - from) * elements);
  }

  /** Number of batches of this size, the last one perhaps partial. */
  int batches(int batch) {
    return (int) (((long) count + batch - 1) / batch);
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
    stream.clear(cursors);
  }

  /** Prepares picking a plan's batches. */
  Gather prepare(Plan plan) {
    return new Gather(plan);
  }

  /** Picks the next batch: pixels scaled to 0 to 1, numbers as they are. */
  final class Gather {
    private final Plan plan;
    private final GatherBatch rows;
    private final @Nullable GatherBatch answers;

    private Gather(Plan plan) {
      this.plan = plan;
      float scale = samples.type() == DataType.UINT8 ? 1 / 255f : 1;
      rows = plan.prepare(spec(samples.type(), elements, scale));
      answers = targets == null ? null : plan.prepare(spec(DataType.FLOAT32, targetElements, 1));
    }

    private GatherBatch.Spec spec(DataType type, int numbers, float scale) {
      return new GatherBatch.Spec(type, count, numbers, count, plan.settings().batch(), scale, 0);
    }

    /** Enqueues picking the next batch. */
    void run(Stream stream) {
      rows.run(stream, samples, labels, order, cursor, plan.x(), plan.labels());
      if (answers != null && targets != null) {
        answers.run(stream, targets, labels, order, targetCursor, plan.targets(), plan.labels());
      }
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
