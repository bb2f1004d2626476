package dev.quern.train.callbacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.quern.train.Callback;
import dev.quern.train.Fit;
import dev.quern.train.History;
import dev.quern.train.Model;
import dev.quern.train.data.DataSet;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What keeps fit() company: what is told to it, and what small parts of it do. */
class CallbacksTest extends OnSmallModel {
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
      assertThat(split.epochs())
          .extracting(History.Epoch::loss, History.Epoch::accuracy, History.Epoch::validation)
          .isEqualTo(
              given.epochs().stream()
                  .map(epoch -> tuple(epoch.loss(), epoch.accuracy(), epoch.validation()))
                  .toList());
    }
  }

  @Test
  void aSplitThatLeavesNothingIsRefused() {
    refused(() -> Fit.epochs(1).validationSplit(1), "validationSplit", "1.0");
    refused(() -> model.fit(rows.subset(0, 1), Fit.epochs(1).validationSplit(0.5)), "1 rows");
    assertThat(model.stepsTrained()).isZero();
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
  void aLearningRateThatIsNoNumberIsRefused() {
    refusedByFit(LearningRateSchedule.of((epoch, rate) -> Double.NaN), "must be finite");
  }
}
