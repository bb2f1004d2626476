package dev.quern.train;

import dev.quern.core.Device;
import dev.quern.core.Kernel;
import dev.quern.core.Stream;
import dev.quern.train.optimizers.Optimizer;
import dev.quern.train.optimizers.Schedule;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a model has on its device for as long as it lives. */
final class DeviceState implements AutoCloseable {
  private final Setup setup;
  private final List<Runnable> closing = new ArrayList<>();
  private final Stream stream;
  private final Parameters parameters;
  private final Optimizer.Update update;
  private final Totals totals;

  /** Fresh weights, and all that training them takes. */
  DeviceState(Setup setup) {
    this.setup = setup;
    Device device = setup.device();
    Optimizer optimizer = setup.optimizer();
    try {
      stream = device.newStream();
      closing.add(stream::close);
      parameters = new Parameters(device, setup.network().weightSpecs(), optimizer.states());
      closing.add(parameters::close);
      update = optimizer.prepare(device, parameters.trained());
      for (Kernel kernel : update.kernels()) {
        closing.add(kernel::close);
        stream.reserveWorkspace(kernel.workspaceBytes());
      }
      totals = new Totals(device, stream, setup.loss());
      closing.add(totals::close);
      parameters.initialize(stream, setup.seed(), optimizer.learningRate().checked(0));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Says it of the model: of a stream that is closed its user has never heard.
   *
   * @throws IllegalStateException if it is closed
   */
  void requireOpen() {
    if (closing.isEmpty()) {
      throw new IllegalStateException(
          "the model is closed: use it inside of its try block, or save it there and open the file"
              + " again");
    }
  }

  Stream stream() {
    return stream;
  }

  Parameters parameters() {
    return parameters;
  }

  Optimizer.Update update() {
    return update;
  }

  Totals totals() {
    return totals;
  }

  /** The learning rates of epochs of so many steps; null if there is one for ever. */
  @Nullable Rates newRates(int steps) {
    Schedule schedule = setup.optimizer().learningRate();
    return schedule instanceof Schedule.Constant
        ? null
        : new Rates(setup.device(), stream, update, schedule, parameters.learningRate(), steps);
  }

  @Override
  public void close() {
    closing.reversed().forEach(Runnable::run);
    closing.clear();
  }
}
