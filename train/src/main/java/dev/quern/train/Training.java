package dev.quern.train;

import dev.quern.core.Device;
import dev.quern.core.Stream;
import dev.quern.train.data.DataSet;
import dev.quern.train.optimizers.Optimizer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One call of {@link Model#fit}: what it has on the device, and the loop over its epochs. */
final class Training implements AutoCloseable {
  /** Steps whose losses are summed up in float32 before the host takes them over in double. */
  private static final int COLLECT_STEPS = 64;

  private final Model model;
  private final Stream stream;
  private final Totals totals;
  private final Fit settings;
  private final Callback callbacks;
  private final @Nullable DataSet test;
  private final List<Runnable> closing = new ArrayList<>();
  private final DeviceData rows;
  private final TrainingStep step;
  private final int steps;
  private final @Nullable Rates rates;
  private @Nullable Evaluator validation;

  /**
   * Prepares everything but the validation.
   *
   * @param test what to validate on, or null
   */
  Training(Model model, DataSet data, @Nullable DataSet test, Fit settings) {
    this.model = model;
    this.settings = settings;
    this.test = test;
    callbacks = new CallbackList(settings.callbacks());
    callbacks.trainingBegins(model, settings);
    DeviceState state = model.state();
    stream = state.stream();
    totals = state.totals();
    Network network = model.network();
    Device device = model.device();
    Setup setup = model.setup();
    try {
      rows = new DeviceData(device, stream, data, setup.loss(), network.output().elements());
      closing.add(rows::close);
      steps = rows.batches(settings.batch());
      Plan plan =
          new Plan(network, device, stream, state.parameters(), setup.plan(settings.batch(), true));
      closing.add(plan::close);
      rates = state.newRates(steps);
      if (rates != null) {
        closing.add(rates::close);
      }
      Optimizer.Update update = rates == null ? state.update() : rates;
      step = new TrainingStep(device, stream, plan, rows, totals, update);
      closing.add(step::close);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  History run() {
    Progress progress = model.progress();
    int before = model.epochsTrained();
    int last = (int) Math.min((long) before + settings.epochs(), Integer.MAX_VALUE);
    History history = new History(model.loss().hasAccuracy(), before + 1, List.of());
    for (int epoch = before + 1; epoch <= last && !progress.stopRequested(); epoch++) {
      callbacks.epochBegins(epoch, last, steps);
      History.Epoch result = epoch();
      history.add(result);
      callbacks.epochEnds(epoch, result);
    }
    history.stopped(progress.stopReason());
    callbacks.trainingEnds(history);
    return history;
  }

  private History.Epoch epoch() {
    begin();
    long start = System.nanoTime();
    int done = run(start);
    totals.collect();
    double seconds = seconds(start);
    long seen = seen(done);
    double loss = totals.meanLoss(seen);
    double accuracy = totals.accuracy(seen);
    boolean whole = done == steps;
    Evaluation measured = whole ? validate() : null;
    History.Epoch result = new History.Epoch(loss, accuracy, measured, seconds, seen / seconds);
    if (whole) {
      model.progress().count(result);
    }
    return result;
  }

  /** Draws the order of the samples and sets all counters to the epoch's beginning. */
  private void begin() {
    long key = SeededRandom.key(model.setup().seed(), Model.PURPOSE_SHUFFLE, model.epochsTrained());
    if (settings.shuffle()) {
      rows.rewind(stream, new SeededRandom(key).permutation(rows.count()));
    } else {
      rows.rewind(stream);
    }
    if (rates != null) {
      rates.begin(model.stepsTrained());
    }
    totals.reset();
  }

  /**
   * Runs the steps of an epoch, or as many as nobody stops.
   *
   * @param start when it began, for {@link Callback#progress}
   * @return how many
   */
  private int run(long start) {
    int done = 0;
    while (done < steps && !model.progress().stopRequested()) {
      int enqueued = step.run(stepsUntilRead(done));
      done += enqueued;
      if (model.progress().count(enqueued)) {
        stream.synchronize();
        callbacks.firstStepDone();
      }
      boolean reports = done % settings.progressSteps() == 0 || done == steps;
      if (reports || done % COLLECT_STEPS == 0) {
        totals.collect();
      }
      if (reports) {
        long seen = seen(done);
        double rate = seen / seconds(start);
        callbacks.progress(done, totals.meanLoss(seen), totals.accuracy(seen), rate);
      }
    }
    return done;
  }

  /** How many samples so many steps have seen. */
  private long seen(int done) {
    return Math.min((long) done * settings.batch(), rows.count());
  }

  /** How many steps may go by before the host reads the totals again. */
  private int stepsUntilRead(int done) {
    int untilReport = settings.progressSteps() - done % settings.progressSteps();
    int untilCollection = COLLECT_STEPS - done % COLLECT_STEPS;
    return Math.min(steps - done, Math.min(untilReport, untilCollection));
  }

  private static double seconds(long startNanos) {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  /** Validation is planned when it is first needed: not before the first step. */
  private @Nullable Evaluation validate() {
    if (test == null || model.progress().stopRequested()) {
      return null;
    }
    if (validation == null) {
      validation = Evaluator.of(model, test, settings.batch());
      closing.add(validation::close);
    }
    return validation.run();
  }

  @Override
  public void close() {
    closing.reversed().forEach(Runnable::run);
    closing.clear();
  }
}
