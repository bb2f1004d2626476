package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.ComputeException;
import dev.quern.core.Device;
import dev.quern.core.OutOfDeviceMemoryException;
import dev.quern.train.data.DataSet;
import dev.quern.train.layers.Dense;
import dev.quern.train.optimizers.Optimizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a training reports, and how it is ended early. */
class FitTest {
  private final Network network = Sequential.of(Shape.flat(16), Dense.of(8).relu(), Dense.of(2));
  private final DataSet rows = Rows.halves(70, 16, 1);
  private Device device;
  private Model model;

  @BeforeEach
  void open() {
    device = Cpu.open();
    model = network.compile(device, Optimizer.adam(0.01), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1);
  }

  @AfterEach
  void close() {
    model.close();
    device.close();
  }

  @Test
  void lossFallsAndTheTaskIsLearnt() {
    History history = model.fit(rows, Fit.epochs(20).batch(8).validation(Rows.halves(40, 16, 2)));
    assertThat(history.epochs()).hasSize(20);
    History.Epoch first = history.epochs().get(0);
    History.Epoch last = history.epochs().get(19);
    assertThat(last.loss()).isLessThan(first.loss() / 2);
    assertThat(last.accuracy()).isEqualTo(1);
    assertThat(Objects.requireNonNull(last.validation()).accuracy()).isEqualTo(1);
    assertThat(last.seconds()).isPositive();
    assertThat(last.imagesPerSecond() * last.seconds()).isBetween(69.9, 70.1);
  }

  /** The validation that fit reports is what evaluate says of the weights afterwards. */
  @Test
  void validationIsAnEvaluation() {
    DataSet test = Rows.halves(45, 16, 3);
    History history = model.fit(rows, Fit.epochs(2).batch(32).validation(test));
    assertThat(history.epochs().get(1).validation()).isEqualTo(model.evaluate(test, 32));
  }

  @Test
  void withoutValidationThereIsNone() {
    assertThat(model.fit(rows, Fit.epochs(1)).epochs().get(0).validation()).isNull();
  }

  @Test
  void theListenerHearsEverythingInOrder() {
    List<String> heard = new ArrayList<>();
    Callback listener =
        new Callback() {
          @Override
          public void epochBegins(int epoch, int epochs, int steps) {
            heard.add("begin " + epoch + "/" + epochs + " of " + steps);
          }

          @Override
          public void progress(int step, double loss, double accuracy, double imagesPerSecond) {
            assertThat(loss).isPositive();
            assertThat(accuracy).isBetween(0.0, 1.0);
            assertThat(imagesPerSecond).isPositive();
            heard.add("step " + step);
          }

          @Override
          public void epochEnds(int epoch, History.Epoch result) {
            heard.add("end " + epoch);
          }
        };
    model.fit(rows, Fit.epochs(2).batch(16).progressSteps(2).callbacks(listener));
    assertThat(heard)
        .containsExactly(
            "begin 1/2 of 5",
            "step 2",
            "step 4",
            "step 5",
            "end 1",
            "begin 2/2 of 5",
            "step 2",
            "step 4",
            "step 5",
            "end 2");
  }

  /** Progress is a running mean over the epoch: its last value is the epoch's. */
  @Test
  void howOftenProgressIsReadChangesNothing() {
    double everyStep =
        model.fit(rows, Fit.epochs(1).batch(16).progressSteps(1)).epochs().get(0).loss();
    try (Model again =
        network.compile(device, Optimizer.adam(0.01), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1)) {
      double once =
          again.fit(rows, Fit.epochs(1).batch(16).progressSteps(1000)).epochs().get(0).loss();
      assertThat(once).isBetween(everyStep * (1 - 1e-6), everyStep * (1 + 1e-6));
    }
  }

  @Test
  void aStopEndsTheEpochAfterTheStepUnderWay() {
    float[] before = model.weight("dense/kernel");
    Callback stopAtThree =
        new Callback() {
          @Override
          public void progress(int step, double loss, double accuracy, double imagesPerSecond) {
            if (step == 3) {
              model.requestStop();
            }
          }
        };
    History history =
        model.fit(
            rows, Fit.epochs(5).batch(8).progressSteps(1).validation(rows).callbacks(stopAtThree));
    assertThat(history.epochs()).hasSize(1);
    History.Epoch cut = history.epochs().get(0);
    assertThat(cut.validation()).isNull();
    assertThat(cut.imagesPerSecond() * cut.seconds()).isBetween(23.9, 24.1);
    assertThat(model.weight("dense/kernel")).isNotEqualTo(before);
    assertThat(model.fit(rows, Fit.epochs(2)).epochs()).as("the next fit runs").hasSize(2);
  }

  @Test
  void aStopMayComeFromAnotherThread() throws InterruptedException {
    CountDownLatch training = new CountDownLatch(1);
    Thread stopper =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    if (training.await(60, TimeUnit.SECONDS)) {
                      model.requestStop();
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    Callback listener =
        new Callback() {
          @Override
          public void epochEnds(int epoch, History.Epoch result) {
            training.countDown();
          }
        };
    History history = model.fit(rows, Fit.epochs(Integer.MAX_VALUE).callbacks(listener));
    stopper.join();
    assertThat(history.epochs()).isNotEmpty();
  }

  /** Listeners may look at the model between epochs, as Keras's callbacks do. */
  @Test
  void aListenerMayUseTheModelAtTheEndOfAnEpoch() {
    DataSet many = Rows.halves(300, 16, 9);
    List<Double> losses = new ArrayList<>();
    Callback listener =
        new Callback() {
          @Override
          public void epochEnds(int epoch, History.Epoch result) {
            losses.add(model.evaluate(many, 250).loss());
            assertThat(model.predict(many)).hasNumberOfRows(300);
          }
        };
    model.fit(rows, Fit.epochs(3).batch(8).callbacks(listener));
    assertThat(losses).hasSize(3);
    assertThat(losses.get(2)).isEqualTo(model.evaluate(many, 250).loss());
  }

  /** What a listener measures in the middle of an epoch is not mixed into the epoch's own sums. */
  @Test
  void aListenerMayMeasureInTheMiddleOfAnEpoch() {
    History alone = model.fit(rows, Fit.epochs(2).batch(8).progressSteps(3));
    try (Model watched =
        network.compile(device, Optimizer.adam(0.01), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1)) {
      Callback listener =
          new Callback() {
            @Override
            public void progress(int step, double loss, double accuracy, double imagesPerSecond) {
              watched.evaluate(rows, 8);
            }
          };
      History history =
          watched.fit(rows, Fit.epochs(2).batch(8).progressSteps(3).callbacks(listener));
      assertThat(history.epochs())
          .extracting(History.Epoch::loss)
          .isEqualTo(alone.epochs().stream().map(History.Epoch::loss).toList());
    }
  }

  @Test
  void nothingIsLeftOnTheDevice() {
    model.fit(rows, Fit.epochs(1).validation(rows));
    model.evaluate(rows, 7);
    model.predict(rows);
    long live = device.memory().liveBytes();
    for (int i = 0; i < 3; i++) {
      model.fit(rows, Fit.epochs(1).validation(rows));
      model.evaluate(rows, 7);
      model.predict(rows);
    }
    assertThat(device.memory().liveBytes()).isEqualTo(live);
    model.close();
    assertThat(device.memory().liveBytes()).isZero();
  }

  /** More than any machine has: the exception says so, and what was taken before is given back. */
  @Test
  void aBatchThatDoesNotFitLeavesNothingBehind() {
    model.fit(rows, Fit.epochs(1));
    long live = device.memory().liveBytes();
    int huge = 2_000_000_000;
    assertThatThrownBy(() -> model.evaluate(rows, huge))
        .isInstanceOf(OutOfDeviceMemoryException.class);
    assertThatThrownBy(() -> model.fit(rows, Fit.epochs(1).batch(huge)))
        .isInstanceOf(OutOfDeviceMemoryException.class);
    assertThatThrownBy(() -> model.fit(rows, Fit.epochs(1).validation(rows).batch(huge)))
        .isInstanceOf(OutOfDeviceMemoryException.class);
    assertThat(device.memory().liveBytes()).isEqualTo(live);
  }

  @Test
  void wrongUseIsToldInOneSentence() {
    refused(() -> Fit.epochs(0), "epochs must be at least 1, but is 0");
    refused(() -> Fit.epochs(1).batch(-3), "batch must be at least 1, but is -3");
    refused(() -> Fit.epochs(1).progressSteps(0), "progressSteps must be at least 1, but is 0");
    refused(
        () -> model.weight("dense/kernels"), "there is no weight 'dense/kernels'", "dense/kernel");
    refused(() -> model.setWeight("dense/bias", new float[3]), "dense/bias", "8", "3");
    DataSet wide = Rows.halves(10, 15, 1);
    refused(() -> model.fit(wide, Fit.epochs(1)), "(16)", "(15)");
    refused(() -> model.evaluate(wide, 8), "(16)", "(15)");
    refused(() -> model.predict(wide), "(16)", "(15)");
    refused(() -> model.fit(rows, Fit.epochs(1).validation(wide)), "(16)", "(15)");
    DataSet classes = new DataSet("five", new byte[32], new int[] {0, 4}, 1, 1, 16, 5);
    refused(() -> model.fit(classes, Fit.epochs(1)), "2 classes", "5 classes");
    refused(() -> model.fit(rows.subset(3, 3), Fit.epochs(1)), "0 rows");
    refused(() -> model.evaluate(rows, 0), "batch", "0");
  }

  private static void refused(Runnable body, String... parts) {
    assertThatThrownBy(body::run)
        .isInstanceOf(ComputeException.class)
        .hasMessageContainingAll(parts);
  }
}
