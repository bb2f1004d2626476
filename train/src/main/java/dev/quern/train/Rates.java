package dev.quern.train;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Kernel;
import dev.quern.core.Stream;
import dev.quern.kernels.GatherBatch;
import dev.quern.train.optimizers.Optimizer;
import dev.quern.train.optimizers.Schedule;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An optimizer's update whose learning rate follows a schedule: the rates of an epoch lie on the
 * device, and each step takes the next one. So a recorded step, and a launch of several, needs
 * nothing from the host.
 */
final class Rates implements Optimizer.Update, AutoCloseable {
  private final Stream stream;
  private final Optimizer.Update update;
  private final Schedule schedule;
  private final Arena arena;
  private final GatherBatch next;
  private final DeviceBuffer table;
  private final DeviceBuffer unused;
  private final DeviceBuffer order;
  private final DeviceBuffer cursor;
  private final DeviceBuffer label;
  private final DeviceBuffer rate;

  /**
   * A table of rates.
   *
   * @param update what uses them
   * @param rate where the update reads them, one FLOAT32
   * @param steps steps of an epoch
   */
  Rates(
      Device device,
      Stream stream,
      Optimizer.Update update,
      Schedule schedule,
      DeviceBuffer rate,
      int steps) {
    this.stream = stream;
    this.update = update;
    this.schedule = schedule;
    this.rate = rate;
    arena =
        device.newArena(
            "learning rates",
            3 * Arena.footprint(DataType.INT32, steps) + 2 * Arena.footprint(DataType.INT32, 1));
    try {
      table = arena.allocate("rates", DataType.FLOAT32, steps);
      unused = arena.allocate("labels of rates", DataType.INT32, steps);
      order = arena.allocate("order of rates", DataType.INT32, steps);
      cursor = arena.allocate("cursor of rates", DataType.INT32, 1);
      label = arena.allocate("label of a rate", DataType.INT32, 1);
      next = device.prepare(new GatherBatch.Spec(DataType.FLOAT32, steps, 1, steps, 1, 1, 0));
      stream.reserveWorkspace(next.workspaceBytes());
      stream.clear(unused);
      stream.write(order, IntStream.range(0, steps).toArray());
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /** Fills the table with the rates from this step on. */
  void begin(long step) {
    float[] rates = new float[(int) table.count()];
    for (int i = 0; i < rates.length; i++) {
      rates[i] = schedule.checked(step + i);
    }
    stream.write(table, rates);
    stream.clear(cursor);
  }

  @Override
  public List<Kernel> kernels() {
    return update.kernels();
  }

  @Override
  public void run(Stream on) {
    next.run(on, table, unused, order, cursor, rate, label);
    update.run(on);
  }

  @Override
  public void close() {
    next.close();
    arena.close();
  }
}
