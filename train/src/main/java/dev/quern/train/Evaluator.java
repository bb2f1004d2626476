package dev.quern.train;

import dev.quern.core.Device;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import dev.quern.train.data.DataSet;
import java.util.ArrayList;
import java.util.List;

/**
 * A data set with the plan and the step to run a model over it without training.
 *
 * <p>It has a stream and totals of its own: a listener may evaluate in the middle of an epoch, when
 * the recorded training step has frozen its stream's workspace and the epoch's sums are under way.
 */
final class Evaluator implements AutoCloseable {
  /** Steps whose losses are summed up in float32 on the device. */
  private static final int STEPS = 64;

  private final List<Runnable> closing = new ArrayList<>();
  private final Stream stream;
  private final Totals totals;
  private final DeviceData rows;
  private final Plan plan;
  private final TrainingStep step;
  private final int batch;

  /**
   * What it takes to run a model over a data set, so many rows at a time.
   *
   * @throws SpecException if they do not fit, or if there is no row at a time
   */
  static Evaluator of(Model model, DataSet data, int batch) {
    Setup setup = model.setup();
    setup.loss().requireFitting(setup.network(), data);
    if (batch < 1) {
      throw new SpecException("evaluate: batch must be at least 1, but is " + batch);
    }
    Plan.Settings settings = setup.plan(batch, false);
    Parameters parameters = model.state().parameters();
    return new Evaluator(setup.device(), setup.network(), parameters, settings, data);
  }

  private Evaluator(
      Device device, Network network, Parameters parameters, Plan.Settings settings, DataSet data) {
    batch = settings.batch();
    try {
      stream = device.newStream();
      closing.add(stream::close);
      totals = new Totals(device, stream, settings.loss());
      closing.add(totals::close);
      rows = new DeviceData(device, stream, data, settings.loss(), network.output().elements());
      closing.add(rows::close);
      plan = new Plan(network, device, stream, parameters, settings);
      closing.add(plan::close);
      step = new TrainingStep(device, stream, plan, rows, totals, null);
      closing.add(step::close);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Measures the whole data set. */
  Evaluation run() {
    rewind();
    int batches = rows.batches(batch);
    for (int done = 0; done < batches; ) {
      done += step.run(Math.min(batches - done, STEPS - done % STEPS));
      if (done % STEPS == 0) {
        totals.collect();
      }
    }
    totals.collect();
    return new Evaluation(totals.meanLoss(rows.count()), totals.accuracy(rows.count()));
  }

  /** Starts again from the first batch. */
  void rewind() {
    rows.rewind(stream);
    totals.reset();
  }

  /** Enqueues the next batch. */
  void next() {
    step.run(1);
  }

  Stream stream() {
    return stream;
  }

  Plan plan() {
    return plan;
  }

  @Override
  public void close() {
    closing.reversed().forEach(Runnable::run);
    closing.clear();
  }
}
