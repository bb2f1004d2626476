package dev.quern.peers.djl;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Adam;
import ai.djl.training.tracker.Tracker;
import dev.quern.bench.peers.Digits;
import dev.quern.bench.peers.TrainingRun;
import java.util.List;

/** Steps of DJL's trainer. */
final class BlockTraining implements TrainingRun {
  private final Model model = Model.newInstance("mnist", PyTorch.ENGINE);
  private final Trainer trainer;
  private final Loss loss = Loss.softmaxCrossEntropyLoss();
  private final List<NDArray> pixels;
  private final List<NDArray> labels;
  private int next;
  private float lastLoss;

  BlockTraining(Digits digits) {
    model.setBlock(MnistBlocks.network());
    trainer =
        model.newTrainer(
            new DefaultTrainingConfig(loss)
                .optInitializer(MnistBlocks::weights, Parameter.Type.WEIGHT)
                .optOptimizer(
                    Adam.builder().optLearningRateTracker(Tracker.fixed(0.001f)).build()));
    trainer.initialize(MnistBlocks.input(digits.batch()));
    pixels = MnistBlocks.pixels(model.getNDManager(), digits);
    labels = MnistBlocks.labels(model.getNDManager(), digits);
  }

  @Override
  public String how() {
    return "DJL's trainer, channels last";
  }

  @Override
  public void run() {
    NDList x = new NDList(pixels.get(next));
    NDList y = new NDList(labels.get(next));
    next = (next + 1) % pixels.size();
    try (NDManager step = model.getNDManager().newSubManager()) {
      step.tempAttachAll(x, y);
      try (GradientCollector collector = trainer.newGradientCollector()) {
        NDArray batchLoss = loss.evaluate(y, trainer.forward(x));
        collector.backward(batchLoss);
        lastLoss = batchLoss.getFloat();
      }
      trainer.step();
    }
  }

  @Override
  public long parameters() {
    return MnistBlocks.parameters(model.getBlock());
  }

  @Override
  public double loss() {
    return lastLoss;
  }

  @Override
  public void close() {
    trainer.close();
    model.close();
  }
}
