package dev.quern.train;

import dev.quern.core.Device;
import dev.quern.core.DeviceInfo;
import dev.quern.core.Replay;
import dev.quern.core.Stream;
import dev.quern.train.optimizers.Optimizer;
import org.jspecify.annotations.Nullable;

/**
 * One step over the next batch of a data set: gather, forward, loss, and in training backward and
 * update. Run once as it is, then recorded and replayed; on GPUs, whose steps are shorter than the
 * gap between two launches, several steps at a launch.
 */
final class TrainingStep implements AutoCloseable {
  private static final int STEPS_OF_A_LAUNCH = 16;

  private final Stream stream;
  private final Plan plan;
  private final DeviceData.Gather batch;
  private final BoundLoss loss;
  private final Totals totals;
  private final Optimizer.@Nullable Update update;
  private final boolean severalAtOnce;
  private @Nullable Replay one;
  private @Nullable Replay several;

  /** A step; without {@code update} it only evaluates. */
  TrainingStep(
      Device device,
      Stream stream,
      Plan plan,
      DeviceData data,
      Totals totals,
      Optimizer.@Nullable Update update) {
    this.stream = stream;
    this.plan = plan;
    this.totals = totals;
    this.update = update;
    severalAtOnce = device.info().kind() == DeviceInfo.Kind.GPU;
    batch = data.prepare(plan);
    loss = plan.prepareLoss();
  }

  /**
   * Enqueues the next step or, in one launch, the next steps.
   *
   * @param most how many there may be, 1 or more
   * @return how many there are
   */
  int run(int most) {
    String label = update == null ? "evaluation step" : "training step";
    if (one == null) {
      body();
      one = stream.record(label, this::body);
      return 1;
    }
    if (!severalAtOnce || most < STEPS_OF_A_LAUNCH) {
      one.launch();
      return 1;
    }
    if (several == null) {
      several = stream.record(STEPS_OF_A_LAUNCH + " x " + label, this::bodies);
    }
    several.launch();
    return STEPS_OF_A_LAUNCH;
  }

  private void bodies() {
    for (int i = 0; i < STEPS_OF_A_LAUNCH; i++) {
      body();
    }
  }

  private void body() {
    batch.run(stream);
    plan.forward();
    loss.run(stream, plan, totals);
    if (update != null) {
      plan.backward();
      stream.join();
      update.run(stream);
    }
  }

  @Override
  public void close() {
    if (several != null) {
      several.close();
    }
    if (one != null) {
      one.close();
    }
  }
}
