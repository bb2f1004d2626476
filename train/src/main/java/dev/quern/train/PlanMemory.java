package dev.quern.train;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.train.BatchSlices.Stretch;
import dev.quern.train.Network.Entry;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The memory of a {@link Plan}: values, gradients and what layers save, in one arena. */
final class PlanMemory implements AutoCloseable {
  private final Network network;
  private final BatchSlices slices;
  private final int batch;
  private final Arena arena;
  private final DeviceBuffer labels;
  private final @Nullable DeviceBuffer targets;
  private final DeviceBuffer[] values;
  private final DeviceBuffer[] gradients;
  private final Map<String, DeviceBuffer> parts = new LinkedHashMap<>();

  /**
   * Allocates.
   *
   * @param targetElements numbers of a row that the loss compares with; 0 for none
   */
  PlanMemory(
      Network network,
      GradientFlow flow,
      BatchSlices slices,
      Device device,
      int batch,
      int targetElements) {
    this.network = network;
    this.slices = slices;
    this.batch = batch;
    arena = device.newArena("activations", bytes(flow, targetElements));
    labels = arena.allocate("labels", DataType.INT32, batch);
    targets = targetElements == 0 ? null : floats("targets", batch, targetElements);
    int entries = network.entries().size();
    values = new DeviceBuffer[entries + 1];
    values[0] = floats("x", batch, network.input().elements());
    for (int i = 0; i < entries; i++) {
      Entry entry = network.entries().get(i);
      values[i + 1] =
          entry.operation().reshapesOnly()
              ? values[entry.inputs().get(0)]
              : floats(entry.name(), slices.rowsOfValue(i + 1), entry.output().elements());
    }
    gradients = new DeviceBuffer[flow.slots().size()];
    for (int i = 0; i < gradients.length; i++) {
      gradients[i] = floats("gradient " + i, slices.rowsOfSlot(i), flow.slots().get(i));
    }
  }

  private long bytes(GradientFlow flow, int targetElements) {
    long bytes = Arena.footprint(DataType.INT32, batch);
    bytes += footprint(batch, network.input().elements());
    bytes += footprint(batch, targetElements);
    for (Stretch stretch : slices.stretches()) {
      for (int i = stretch.first(); i < stretch.end(); i++) {
        Entry entry = network.entries().get(i);
        bytes += footprint(slices.rowsOfValue(i + 1), entry.output().elements());
        for (Slice slice : stretch.slices()) {
          long saved = entry.operation().savedElements(entry.shapes(), slice.rows());
          bytes += Arena.footprint(DataType.INT32, saved);
        }
        if (stretch.slices().size() > 1) {
          for (WeightSpec weight : entry.weights()) {
            bytes += Arena.footprint(DataType.FLOAT32, weight.count());
          }
        }
      }
    }
    for (int slot = 0; slot < flow.slots().size(); slot++) {
      bytes += footprint(slices.rowsOfSlot(slot), flow.slots().get(slot));
    }
    return bytes;
  }

  private static long footprint(int rows, int elements) {
    return Arena.footprint(DataType.FLOAT32, (long) rows * elements);
  }

  private DeviceBuffer floats(String label, int rows, int elements) {
    return arena.allocate(label, DataType.FLOAT32, (long) rows * elements);
  }

  /** Memory of a layer's own. */
  DeviceBuffer save(String label, DataType type, long count) {
    return arena.allocate(label, type, count);
  }

  /** The batch's right classes, or whether its rows count. */
  DeviceBuffer labels() {
    return labels;
  }

  /** The numbers that the batch is to come near to; null if the loss takes labels. */
  @Nullable DeviceBuffer targets() {
    return targets;
  }

  /** All rows of a value. */
  DeviceBuffer value(int value) {
    return values[value];
  }

  /** The labels of a slice. */
  DeviceBuffer labels(Slice slice) {
    return rows(labels, 1, batch, slice);
  }

  /** A slice of a value. */
  DeviceBuffer value(int value, Slice slice) {
    return rows(values[value], network.shape(value).elements(), slices.rowsOfValue(value), slice);
  }

  /** A slice of a gradient whose rows have so many elements; null for no gradient. */
  @Nullable DeviceBuffer gradient(int slot, int elements, Slice slice) {
    return slot == GradientFlow.NONE
        ? null
        : rows(gradients[slot], elements, slices.rowsOfSlot(slot), slice);
  }

  /** What a slice adds to the gradient by a weight; the next slice writes over it. */
  DeviceBuffer part(String weight, long elements) {
    return parts.computeIfAbsent(
        weight, name -> arena.allocate("part of " + name, DataType.FLOAT32, elements));
  }

  private DeviceBuffer rows(DeviceBuffer all, int elements, int rowsOfAll, Slice slice) {
    if (slice.rows() == batch) {
      return all;
    }
    long from = rowsOfAll == batch ? slice.from() : 0;
    return all.part(all.label(), from * elements, (long) slice.rows() * elements);
  }

  @Override
  public void close() {
    arena.close();
  }
}
