package dev.quern.train.callbacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.train.Callback;
import dev.quern.train.Checkpoint;
import dev.quern.train.Fit;
import dev.quern.train.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Models that are saved while they are trained. */
class ModelCheckpointTest extends OnSmallModel {
  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  @Test
  void everyEpochHasAFileOrTheBestHas() throws IOException {
    ModelCheckpoint each = ModelCheckpoint.to(folder.resolve("each-{epoch}.safetensors"));
    ModelCheckpoint best =
        ModelCheckpoint.to(folder.resolve("best.safetensors")).bestOnly(Monitor.VAL_LOSS);
    model.fit(rows, Fit.epochs(4).validation(test).callbacks(new Saboteur(model, 3), each, best));
    assertThat(files().stream().map(file -> file.getFileName().toString()))
        .containsExactly(
            "best.safetensors",
            "each-1.safetensors",
            "each-2.safetensors",
            "each-3.safetensors",
            "each-4.safetensors");
    assertThat(Checkpoint.read(folder.resolve("best.safetensors")).epochs()).isEqualTo(2);
    assertThat(Checkpoint.read(each.file(3)).epochs()).isEqualTo(3);
    // What is worse than before a resume is not the best after it.
    try (Model resumed = Model.open(each.file(4), device)) {
      resumed.setLearningRate(0);
      resumed.fit(rows, Fit.epochs(1).validation(test).callbacks(best));
    }
    assertThat(Checkpoint.read(folder.resolve("best.safetensors")).epochs()).isEqualTo(2);
  }

  @Test
  void anEpochThatWasCutShortIsNotSaved() throws IOException {
    Callback stop =
        new Callback() {
          @Override
          public void progress(int step, double loss, double accuracy, double imagesPerSecond) {
            model.requestStop();
          }
        };
    Path file = folder.resolve("model.safetensors");
    model.fit(
        rows, Fit.epochs(4).batch(8).progressSteps(2).callbacks(stop, ModelCheckpoint.to(file)));
    assertThat(files()).isEmpty();
    assertThat(model.epochsTrained()).isZero();
  }

  @Test
  void aFolderThatIsNotThereIsToldBeforeTraining() {
    refusedByFit(
        ModelCheckpoint.to(folder.resolve("no/model.safetensors")), "a folder that exists");
  }
}
