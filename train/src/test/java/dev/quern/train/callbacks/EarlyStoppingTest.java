package dev.quern.train.callbacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.train.Callback;
import dev.quern.train.Fit;
import dev.quern.train.History;
import dev.quern.train.Loss;
import dev.quern.train.Model;
import dev.quern.train.optimizers.Optimizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Training that ends when it has nothing more to give. */
class EarlyStoppingTest extends OnSmallModel {
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
  void anAccuracyThatTheLossHasNotIsToldBeforeTraining() {
    try (Model squares = network.compile(device, Optimizer.sgd(0.01), Loss.MEAN_SQUARED_ERROR, 1)) {
      for (Callback wants :
          List.of(
              EarlyStopping.on(Monitor.VAL_ACCURACY),
              ModelCheckpoint.to(folder.resolve("best")).bestOnly(Monitor.VAL_ACCURACY))) {
        refused(
            () -> squares.fit(rows, Fit.epochs(1).validation(test).callbacks(wants)),
            "val_accuracy needs right answers to count, but MEAN_SQUARED_ERROR has none",
            "monitor val_loss");
      }
      refused(
          () -> squares.fit(rows, Fit.epochs(1).callbacks(EarlyStopping.on(Monitor.ACCURACY))),
          "early stopping: accuracy needs right answers",
          "monitor loss");
      assertThat(squares.stepsTrained()).isZero();
      EarlyStopping early = EarlyStopping.on(Monitor.VAL_LOSS);
      squares.fit(rows, Fit.epochs(1).validation(test).callbacks(early));
      assertThat(early.best()).isFinite();
    }
  }

  @Test
  void wrongUseIsToldBeforeTraining() {
    refused(() -> EarlyStopping.on(Monitor.LOSS).patience(-1), "patience", "-1");
    refused(() -> EarlyStopping.on(Monitor.LOSS).minDelta(Double.NaN), "min delta", "NaN");
    refusedByFit(EarlyStopping.on(Monitor.VAL_LOSS), "val_loss needs validation data");
  }
}
