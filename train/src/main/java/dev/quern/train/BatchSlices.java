package dev.quern.train;

import dev.quern.train.Network.Entry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which layers run slice by slice: some rows of the batch through all of them, then the next rows,
 * so that each layer finds in the caches what the one before it wrote. What lies between two of
 * them, and is not needed on the way back, every slice writes over what the slice before left: a
 * step of the MNIST network at batch 128 takes 20 MB instead of 47, one at batch 1024 84 MB instead
 * of 330, and both less time (see ARCHITECTURE.md).
 *
 * <p>It follows from network, batch and {@link dev.quern.core.Device#sliceBytes}, which hangs on
 * the machine alone, so that the same training gives the same bytes on any number of threads.
 */
final class BatchSlices {
  /** Fewer keep neither many threads busy nor convolutions at their best algorithms. */
  private static final int LEAST_ROWS = 16;

  /**
   * Layers that run in the same slices.
   *
   * @param first entry
   * @param end behind the last entry
   * @param slices of the batch, in order
   */
  record Stretch(int first, int end, List<Slice> slices) {}

  private final Network network;
  private final GradientFlow flow;
  private final Plan.Settings settings;
  private final List<Stretch> stretches = new ArrayList<>();
  private final int[] rowsOfValue;
  private final int[] rowsOfSlot;

  private BatchSlices(Network network, GradientFlow flow, Plan.Settings settings) {
    this.network = network;
    this.flow = flow;
    this.settings = settings;
    rowsOfValue = new int[network.entries().size() + 1];
    Arrays.fill(rowsOfValue, settings.batch());
    rowsOfSlot = new int[flow.slots().size()];
    Arrays.fill(rowsOfSlot, settings.batch());
  }

  /** The slices of a network in which gradients flow like this. */
  static BatchSlices of(Network network, GradientFlow flow, Plan.Settings settings) {
    BatchSlices slices = new BatchSlices(network, flow, settings);
    int entries = network.entries().size();
    for (int first = 0; first < entries; first = slices.stretches.getLast().end()) {
      slices.add(first, slices.endOfRow(first));
    }
    return slices;
  }

  /** All entries, in order. */
  List<Stretch> stretches() {
    return stretches;
  }

  /** Rows of the memory of value number {@code value}: those of the batch, or of a slice. */
  int rowsOfValue(int value) {
    return rowsOfValue[value];
  }

  /** Rows of the memory of a gradient. */
  int rowsOfSlot(int slot) {
    return rowsOfSlot[slot];
  }

  /** Behind the last of the entries that can run in slices together, one behind the other. */
  private int endOfRow(int first) {
    int end = first + 1;
    boolean can = canSlice(first);
    while (can
        && end < network.entries().size()
        && network.onlyTaker(end) == end
        && canSlice(end)) {
      end++;
    }
    return end;
  }

  /** Whether an entry takes the value before it alone, and few weights beside what it gives. */
  private boolean canSlice(int i) {
    Entry entry = network.entries().get(i);
    long weights = entry.weights().stream().mapToLong(WeightSpec::count).sum();
    return entry.operation().runsInSlices()
        && entry.inputs().equals(List.of(i))
        && weights <= (long) LEAST_ROWS * entry.output().elements();
  }

  private void add(int first, int end) {
    int count = slices(first, end);
    if (count == 1) {
      stretches.add(new Stretch(first, end, List.of(new Slice(0, settings.batch()))));
      return;
    }
    List<Slice> slices = new ArrayList<>();
    int most = 0;
    for (int k = 0; k < count; k++) {
      int from = (int) ((long) settings.batch() * k / count);
      int rows = (int) ((long) settings.batch() * (k + 1) / count) - from;
      slices.add(new Slice(from, rows));
      most = Math.max(most, rows);
    }
    stretches.add(new Stretch(first, end, slices));
    for (int i = first; i < end - 1; i++) {
      share(i, most);
    }
  }

  /** How many slices; 1 if there is nothing between layers, or if it fits or never would. */
  private int slices(int first, int end) {
    long rowBytes = 0;
    for (int i = first; i < end; i++) {
      Entry entry = network.entries().get(i);
      long elements = entry.output().elements();
      rowBytes += (flow.slot(i + 1) == GradientFlow.NONE ? 1 : 2) * elements * Float.BYTES;
    }
    long bytes = settings.sliceBytes();
    if (end - first == 1 || LEAST_ROWS * rowBytes > bytes) {
      return 1;
    }
    return (int) Math.ceilDiv(settings.batch() * rowBytes, bytes);
  }

  /**
   * Value and gradient between entry {@code i} and the next, if one slice's is all that is kept.
   */
  private void share(int i, int rows) {
    int value = i + 1;
    int slot = flow.slot(value);
    if (slot != GradientFlow.NONE && isBetween(slot, value)) {
      rowsOfSlot[slot] = rows;
    }
    Operation own = network.entries().get(i).operation();
    Operation next = network.entries().get(i + 1).operation();
    boolean passed = own.endsInRelu() && next.passesReluOfInput();
    boolean byOwn = slot != GradientFlow.NONE && own.keepsOutput(passed);
    boolean byNext = flow.slot(value + 1) != GradientFlow.NONE && next.keepsInput();
    if (!byOwn && !byNext) {
      rowsOfValue[value] = rows;
    }
  }

  /** Whether a slot belongs to the gradient by this value alone. */
  private boolean isBetween(int slot, int value) {
    for (int other = 0; other <= network.entries().size(); other++) {
      if (other != value && flow.slot(other) == slot) {
        return false;
      }
    }
    return true;
  }
}
