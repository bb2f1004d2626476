package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.Device;
import dev.quern.train.data.DataSet;
import dev.quern.train.files.Safetensors;
import dev.quern.train.optimizers.Optimizer;
import dev.quern.train.optimizers.Schedule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole models in files. */
class CheckpointTest {
  private final DataSet rows = Saved.rows();
  @TempDir private Path folder;
  private Path file = Path.of("");
  private Device device;

  @BeforeEach
  void open() {
    device = Cpu.open();
    file = folder.resolve("model.safetensors");
  }

  @AfterEach
  void close() {
    device.close();
  }

  /** Adam, dropout, shuffling and a learning rate of its own: all go on where they were. */
  @Test
  void goingOnGivesTheBytesOfAnUnbrokenTraining() {
    Path unbroken = folder.resolve("unbroken.safetensors");
    Fit two = Fit.epochs(2).batch(8).validationSplit(0.2);
    History whole;
    try (Model model = Saved.model(device)) {
      model.setLearningRate(0.02);
      whole = model.fit(rows, Fit.epochs(4).batch(8).validationSplit(0.2));
      model.save(unbroken);
    }
    List<History.Epoch> parts = new ArrayList<>();
    try (Model model = Saved.model(device)) {
      model.setLearningRate(0.02);
      parts.addAll(model.fit(rows, two).epochs());
      model.save(file);
    }
    try (Model model = Model.open(file, device)) {
      assertThat(model.epochsTrained()).isEqualTo(2);
      assertThat(model.stepsTrained()).isEqualTo(10);
      parts.addAll(model.fit(rows, two).epochs());
      model.save(file);
    }
    assertThat(parts.stream().map(History.Epoch::untimed))
        .isEqualTo(whole.epochs().stream().map(History.Epoch::untimed).toList());
    assertThat(file).hasSameBinaryContentAs(unbroken);
  }

  /** A schedule counts steps, whatever process they were done in. */
  @Test
  void schedulesGoOnWhereTheyWere() {
    Network network = Saved.network();
    Optimizer optimizer = Optimizer.sgd(Schedule.cosineDecay(0.1, 20).warmUp(0, 5), 0.9, true);
    Path unbroken = folder.resolve("unbroken.safetensors");
    try (Model model =
        network.compile(device, optimizer, Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1)) {
      model.fit(rows, Fit.epochs(1).batch(8));
      model.save(file);
      model.fit(rows, Fit.epochs(2).batch(8));
      model.save(unbroken);
    }
    try (Model model = Model.open(file, device)) {
      model.fit(rows, Fit.epochs(2).batch(8));
      model.save(file);
    }
    assertThat(file).hasSameBinaryContentAs(unbroken);
  }

  @Test
  void everythingComesBack() {
    Saved.save(device, file);
    try (Model model = Model.open(file, device)) {
      assertThat(model.classNames()).containsExactly("a", "b \"quoted\"", "ß");
      assertThat(model.history().epochs()).hasSize(2);
      assertThat(model.history().epochs().get(0).validation()).isNotNull();
      assertThat(model.network().summary()).isEqualTo(Saved.network().summary());
      assertThat(model.network().entries()).isEqualTo(Saved.network().entries().stream().toList());
      Path again = folder.resolve("again");
      model.save(again);
      assertThat(again).hasSameBinaryContentAs(file);
    }
    Checkpoint checkpoint = Checkpoint.read(file);
    assertThat(checkpoint.seed()).isEqualTo(7);
    assertThat(checkpoint.optimizer()).isEqualTo(Optimizer.adam(0.01));
  }

  /** Any reader finds the weights under Keras's names, and the optimizer's arrays apart. */
  @Test
  void arraysHaveNamesOfTheirOwn() {
    Saved.save(device, file);
    assertThat(Safetensors.read(file).arrays().keySet())
        .contains("conv2d/kernel", "dense_1/bias")
        .contains("optimizer/0/conv2d_1/kernel", "optimizer/1/dense_1/bias")
        .doesNotContain("optimizer/0/conv2d/kernel");
    try (Model model = Model.open(file, device)) {
      Path weights = folder.resolve("weights");
      model.saveWeights(weights);
      assertThat(Safetensors.read(weights).arrays()).containsOnlyKeys(model.weightNames());
    }
  }

  @Test
  void aLongHistoryIsCutAtTheFront() {
    List<History.Epoch> epochs = new ArrayList<>();
    for (int i = 0; i < Checkpoint.LONGEST_HISTORY + 5; i++) {
      epochs.add(new History.Epoch(1.0 / (i + 1), i / 20_000.0, null, 1, 1));
    }
    try (Model model = Saved.model(device)) {
      model.progress().restore(new History(true, 1, epochs), 100_000);
      model.save(file);
    }
    Checkpoint read = Checkpoint.read(file);
    assertThat(read.epochs()).isEqualTo(Checkpoint.LONGEST_HISTORY + 5);
    assertThat(read.history().firstEpoch()).isEqualTo(6);
    assertThat(read.history().epochs().get(0)).isEqualTo(epochs.get(5).untimed());
  }
}
