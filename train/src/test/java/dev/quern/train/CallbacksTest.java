package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.ComputeException;
import dev.quern.core.Device;
import dev.quern.train.data.DataSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps fit() company. */
class CallbacksTest {
  private final Network network = Sequential.of(Shape.flat(16), Dense.of(8).relu(), Dense.of(2));
  private final DataSet rows = Rows.halves(64, 16, 1);
  private final DataSet test = Rows.halves(32, 16, 2);
  @TempDir private Path folder;
  private Device device;
  private Model model;

  @BeforeEach
  void open() {
    device = Cpu.open();
    model = model(0.01);
  }

  private Model model(double rate) {
    return network.compile(device, Optimizer.sgd(rate), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1);
  }

  @AfterEach
  void close() {
    model.close();
    device.close();
  }

  /** Ruins the weights after some epochs, so that everything gets worse. */
  private static final class Saboteur implements Callback {
    private final Model model;
    private final int from;

    Saboteur(Model model, int from) {
      this.model = model;
      this.from = from;
    }

    @Override
    public void epochBegins(int epoch, int epochs, int steps) {
      if (epoch >= from) {
        float[] wrong = model.weight("dense_1/kernel");
        for (int i = 0; i < wrong.length; i++) {
          wrong[i] = -wrong[i];
        }
        model.setWeight("dense_1/kernel", wrong);
        model.setLearningRate(0);
      }
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  @Test
  void callbacksHearEverythingInTheirOrderAndSeeTheModel() {
    List<String> heard = new ArrayList<>();
    record Hearing(String name, List<String> into) implements Callback {
      @Override
      public void trainingBegins(Model trained, Fit settings) {
        into.add(name + " begins with " + trained.weightNames().size() + "," + settings.batch());
      }

      @Override
      public void epochEnds(int epoch, History.Epoch result) {
        into.add(name + " epoch " + epoch);
      }

      @Override
      public void trainingEnds(History history) {
        into.add(name + " ends after " + history.epochs().size());
      }
    }
    model.fit(rows, Fit.epochs(1).callbacks(new Hearing("a", heard), new Hearing("b", heard)));
    assertThat(heard)
        .containsExactly(
            "a begins with 4,32",
            "b begins with 4,32",
            "a epoch 1",
            "b epoch 1",
            "a ends after 1",
            "b ends after 1");
  }

  @Test
  void epochsAreNumberedOnFromFitToFit() {
    model.fit(rows, Fit.epochs(2));
    List<Integer> numbers = new ArrayList<>();
    History history =
        model.fit(
            rows,
            Fit.epochs(2)
                .callbacks(
                    new Callback() {
                      @Override
                      public void epochBegins(int epoch, int epochs, int steps) {
                        numbers.add(epoch);
                        assertThat(epochs).isEqualTo(4);
                      }
                    }));
    assertThat(numbers).containsExactly(3, 4);
    assertThat(history.firstEpoch()).isEqualTo(3);
    assertThat(model.history().epochs()).hasSize(4).endsWith(history.epochs().get(1));
    assertThat(model.epochsTrained()).isEqualTo(4);
    assertThat(model.stepsTrained()).isEqualTo(8);
  }

  @Test
  void theLastRowsAreSetAsideAsInKeras() {
    History split = model.fit(rows, Fit.epochs(2).validationSplit(0.3));
    try (Model other = model(0.01)) {
      DataSet train = rows.subset(0, 44); // floor(64 * 0.7)
      History given = other.fit(train, Fit.epochs(2).validation(rows.subset(44, 64)));
      assertThat(split.epochs().stream().map(History.Epoch::untimed))
          .isEqualTo(given.epochs().stream().map(History.Epoch::untimed).toList());
    }
  }

  @Test
  void trainingEndsWhenNothingGetsBetterAndTheBestWeightsComeBack() {
    EarlyStopping early = EarlyStopping.on(Monitor.VAL_LOSS).patience(2).restoreBestWeights();
    List<float[]> kernels = new ArrayList<>();
    Callback remember =
        new Callback() {
          @Override
          public void epochEnds(int epoch, History.Epoch result) {
            kernels.add(model.weight("dense_1/kernel"));
          }
        };
    History history =
        model.fit(
            rows,
            Fit.epochs(50).validation(test).callbacks(new Saboteur(model, 4), remember, early));
    assertThat(history.epochs()).hasSize(5);
    assertThat(early.bestEpoch()).isEqualTo(3);
    assertThat(early.best())
        .isEqualTo(Objects.requireNonNull(history.epochs().get(2).validation()).loss());
    assertThat(history.stopReason())
        .contains("val_loss has not been better than", "of epoch 3, for 2 epochs");
    assertThat(model.weight("dense_1/kernel")).isEqualTo(kernels.get(2));
    assertThat(model.fit(rows, Fit.epochs(1)).stopReason()).isNull();
  }

  @Test
  void withoutRestoringTheLastWeightsStay() {
    EarlyStopping early = EarlyStopping.on(Monitor.LOSS);
    List<float[]> kernels = new ArrayList<>();
    Callback remember =
        new Callback() {
          @Override
          public void epochEnds(int epoch, History.Epoch result) {
            kernels.add(model.weight("dense_1/kernel"));
          }
        };
    model.fit(rows, Fit.epochs(50).callbacks(new Saboteur(model, 3), remember, early));
    assertThat(kernels).hasSize(3);
    assertThat(model.weight("dense_1/kernel")).isEqualTo(kernels.get(2));
  }

  @Test
  void whatIsBetterByLessThanMinDeltaDoesNotCount() {
    History history =
        model.fit(
            rows,
            Fit.epochs(50).callbacks(EarlyStopping.on(Monitor.LOSS).patience(3).minDelta(100)));
    assertThat(history.epochs()).hasSize(4);
  }

  @Test
  void monitorsKnowWhatIsBetter() {
    assertThat(Monitor.VAL_ACCURACY.isBetter(0.9, 0.8, 0)).isTrue();
    assertThat(Monitor.VAL_LOSS.isBetter(0.9, 0.8, 0)).isFalse();
    assertThat(Monitor.LOSS.isBetter(0.79, 0.8, 0.1)).isFalse();
    assertThat(Monitor.LOSS.isBetter(Double.NaN, Double.NaN, 0)).isFalse();
    assertThat(Monitor.ACCURACY.isBetter(0, Double.NaN, 0)).isTrue();
  }

  @Test
  void aLossThatIsNoNumberEndsTrainingAtOnce() {
    try (Model wild = model(1e30)) {
      History history =
          wild.fit(rows, Fit.epochs(50).batch(8).progressSteps(1).callbacks(TerminateOnNaN.of()));
      assertThat(history.epochs()).hasSize(1);
      assertThat(history.epochs().get(0).loss()).isNotFinite();
      assertThat(history.stopReason()).matches("the loss was \\S+ after step [23] of epoch 1; .*");
      assertThat(wild.epochsTrained()).as("no whole epoch").isZero();
    }
  }

  @Test
  void eachEpochHasItsLearningRate() {
    List<Float> rates = new ArrayList<>();
    Callback look =
        new Callback() {
          @Override
          public void epochEnds(int epoch, History.Epoch result) {
            rates.add(model.learningRate());
          }
        };
    LearningRateSchedule halving =
        LearningRateSchedule.of((epoch, rate) -> epoch == 1 ? rate : rate / 2);
    model.fit(rows, Fit.epochs(3).callbacks(halving, look));
    assertThat(rates).containsExactly(0.01f, 0.005f, 0.0025f);
    float[] before = model.weight("dense/kernel");
    model.fit(rows, Fit.epochs(1).callbacks(LearningRateSchedule.of((epoch, rate) -> 0)));
    assertThat(model.weight("dense/kernel")).as("a rate of 0 learns nothing").isEqualTo(before);
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
  void aLineAnEpochIsLogged() {
    Path csv = folder.resolve("history.csv");
    Path saved = folder.resolve("model.safetensors");
    Fit settings = Fit.epochs(2).validation(test).callbacks(CsvLogger.to(csv));
    History first = model.fit(rows, settings);
    assertThat(History.readCsv(csv).epochs()).isEqualTo(first.epochs());
    model.save(saved);
    try (Model resumed = Model.open(saved, device)) {
      History second = resumed.fit(rows, settings);
      History all = History.readCsv(csv);
      assertThat(all.epochs()).startsWith(first.epochs().toArray(History.Epoch[]::new));
      assertThat(all.epochs()).endsWith(second.epochs().toArray(History.Epoch[]::new)).hasSize(4);
    }
    // Another model's file is no history of this one.
    try (Model resumed = Model.open(saved, device)) {
      first.until(1).writeCsv(csv);
      resumed.fit(rows, settings);
      assertThat(History.readCsv(csv).epochs())
          .hasSize(4)
          .startsWith(first.epochs().get(0).untimed());
    }
  }

  @Test
  void wrongUseIsToldBeforeTraining() {
    refused(() -> EarlyStopping.on(Monitor.LOSS).patience(-1), "patience", "-1");
    refused(() -> EarlyStopping.on(Monitor.LOSS).minDelta(Double.NaN), "min delta", "NaN");
    refused(() -> Fit.epochs(1).validationSplit(1), "validationSplit", "1.0");
    refused(() -> model.fit(rows.subset(0, 1), Fit.epochs(1).validationSplit(0.5)), "1 rows");
    refused(
        () -> model.fit(rows, Fit.epochs(1).callbacks(EarlyStopping.on(Monitor.VAL_LOSS))),
        "val_loss needs validation data");
    Path nowhere = folder.resolve("no/model.safetensors");
    refused(
        () -> model.fit(rows, Fit.epochs(1).callbacks(ModelCheckpoint.to(nowhere))),
        "a folder that exists");
    refused(
        () ->
            model.fit(
                rows, Fit.epochs(1).callbacks(CsvLogger.to(folder.resolve("no/history.csv")))),
        "cannot be written");
    refused(
        () ->
            model.fit(
                rows,
                Fit.epochs(1).callbacks(LearningRateSchedule.of((epoch, rate) -> Double.NaN))),
        "must be finite");
    assertThat(model.stepsTrained()).isZero();
  }

  private static void refused(Runnable body, String... parts) {
    assertThatThrownBy(body::run)
        .isInstanceOf(ComputeException.class)
        .hasMessageContainingAll(parts)
        .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1));
  }
}
