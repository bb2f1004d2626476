package dev.quern.train;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.HostBuffer;
import dev.quern.core.Stream;
import java.lang.foreign.ValueLayout;

/**
 * Loss and hits summed over steps: on the device for a few steps at a time, where float32 is exact
 * enough, and on the host in double beyond that.
 */
final class Totals implements AutoCloseable {
  private final Stream stream;
  private final boolean counted;
  private final Arena arena;
  private final DeviceBuffer loss;
  private final DeviceBuffer hits;
  private final HostBuffer hostLoss;
  private final HostBuffer hostHits;
  private double lossSum;
  private long hitSum;

  /** Totals of nothing yet, of steps with this loss. */
  Totals(Device device, Stream stream, Loss of) {
    this.stream = stream;
    counted = of.hasAccuracy();
    arena = device.newArena("totals", 2 * Arena.footprint(DataType.FLOAT32, 1));
    loss = arena.allocate("loss", DataType.FLOAT32, 1);
    hits = arena.allocate("hits", DataType.INT32, 1);
    hostLoss = device.newHostBuffer("loss", Float.BYTES);
    hostHits = device.newHostBuffer("hits", Integer.BYTES);
  }

  /** Sum of losses since the last collection, on the device. */
  DeviceBuffer loss() {
    return loss;
  }

  /** Number of right answers since the last collection, on the device. */
  DeviceBuffer hits() {
    return hits;
  }

  /** Forgets everything. */
  void reset() {
    lossSum = 0;
    hitSum = 0;
    stream.clear(loss);
    stream.clear(hits);
  }

  /** Moves what the device has summed to the host. Waits for the device; allocates nothing. */
  void collect() {
    stream.read(loss, hostLoss);
    stream.read(hits, hostHits);
    stream.synchronize();
    lossSum += hostLoss.segment().get(ValueLayout.JAVA_FLOAT, 0);
    hitSum += hostHits.segment().get(ValueLayout.JAVA_INT, 0);
    stream.clear(loss);
    stream.clear(hits);
  }

  /** Mean loss of the rows collected. */
  double meanLoss(long rows) {
    return rows == 0 ? 0 : lossSum / rows;
  }

  /** Share of right answers among the rows collected; NaN if the loss has none to count. */
  double accuracy(long rows) {
    if (!counted) {
      return Double.NaN;
    }
    return rows == 0 ? 0 : (double) hitSum / rows;
  }

  @Override
  public void close() {
    hostHits.close();
    hostLoss.close();
    arena.close();
  }
}
