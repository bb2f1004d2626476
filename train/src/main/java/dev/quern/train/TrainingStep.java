package dev.quern.train;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Replay;
import dev.quern.core.Stream;
import dev.quern.kernels.GatherBatch;
import dev.quern.kernels.SoftmaxCrossEntropy;
import dev.quern.kernels.SoftmaxCrossEntropy.Reduction;
import org.jspecify.annotations.Nullable;

/**
 * One step over the next batch of a data set: gather, forward, loss, and in training backward and
 * update. Run once as it is, then recorded and replayed.
 */
final class TrainingStep implements AutoCloseable {
  private final Stream stream;
  private final Plan plan;
  private final DeviceData data;
  private final GatherBatch gather;
  private final SoftmaxCrossEntropy loss;
  private final Totals totals;
  private final Optimizer.@Nullable Update update;
  private @Nullable Replay replay;

  /** A step; without {@code update} it only evaluates. */
  TrainingStep(
      Device device,
      Stream stream,
      Plan plan,
      Plan.Settings settings,
      int classes,
      DeviceData data,
      Totals totals,
      Optimizer.@Nullable Update update) {
    this.stream = stream;
    this.plan = plan;
    this.data = data;
    this.totals = totals;
    this.update = update;
    gather = device.prepare(data.gatherSpec(settings.batch()));
    loss = device.prepare(new SoftmaxCrossEntropy.Spec(settings.batch(), classes, Reduction.MEAN));
    stream.reserveWorkspace(Math.max(gather.workspaceBytes(), loss.workspaceBytes()));
  }

  /** Enqueues the step. */
  void run() {
    if (replay != null) {
      replay.launch();
      return;
    }
    body();
    replay = stream.record(update == null ? "evaluation step" : "training step", this::body);
  }

  private void body() {
    DeviceBuffer gradient = plan.outputGradient();
    data.gather(gather, stream, plan.x(), plan.labels());
    plan.forward();
    loss.run(
        stream, plan.output(), plan.labels(), null, null, gradient, totals.loss(), totals.hits());
    if (update != null) {
      plan.backward();
      update.run(stream);
    }
  }

  @Override
  public void close() {
    if (replay != null) {
      replay.close();
    }
    loss.close();
    gather.close();
  }
}
