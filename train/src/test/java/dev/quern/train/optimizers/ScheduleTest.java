package dev.quern.train.optimizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.quern.core.Device;
import dev.quern.core.SpecException;
import dev.quern.train.Callback;
import dev.quern.train.Cpu;
import dev.quern.train.Fit;
import dev.quern.train.History;
import dev.quern.train.Loss;
import dev.quern.train.Model;
import dev.quern.train.Network;
import dev.quern.train.Rows;
import dev.quern.train.Sequential;
import dev.quern.train.Shape;
import dev.quern.train.data.DataSet;
import dev.quern.train.layers.Dense;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Learning rates that change: Keras's formulas, and steps that follow them by themselves. */
class ScheduleTest {
  private final Network network = Sequential.of(Shape.flat(6), Dense.of(8).relu(), Dense.of(3));
  private final DataSet rows = Rows.random(network, 70, 2);

  private Model compile(Device device, Optimizer optimizer) {
    return network.compile(device, optimizer, Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 4);
  }

  @Test
  void formulasAreKerass() {
    Schedule decay = Schedule.exponentialDecay(0.1, 10, 0.5);
    assertThat(decay.rate(0)).isEqualTo(0.1);
    assertThat(decay.rate(5)).isCloseTo(0.1 * Math.sqrt(0.5), within(1e-15));
    assertThat(decay.rate(20)).isCloseTo(0.025, within(1e-15));
    Schedule cosine = Schedule.cosineDecay(0.2, 100, 0.1);
    assertThat(cosine.rate(0)).isCloseTo(0.2, within(1e-15));
    assertThat(cosine.rate(50)).isCloseTo(0.11, within(1e-15));
    assertThat(cosine.rate(100)).isCloseTo(0.02, within(1e-15));
    assertThat(cosine.rate(1_000)).isCloseTo(0.02, within(1e-15));
    assertThat(Schedule.cosineDecay(0.2, 100).rate(100)).isZero();
    Schedule pieces = Schedule.piecewiseConstant(new long[] {10, 20}, new double[] {1, 0.5, 0.1});
    assertThat(List.of(0L, 10L, 11L, 20L, 21L).stream().map(pieces::rate))
        .containsExactly(1.0, 1.0, 0.5, 0.5, 0.1);
    assertThat(Schedule.piecewiseConstant(new long[0], new double[] {3}).rate(7)).isEqualTo(3);
    Schedule warm = decay.warmUp(0.02, 4);
    assertThat(warm.rate(0)).isEqualTo(0.02);
    assertThat(warm.rate(2)).isCloseTo(0.06, within(1e-15));
    assertThat(warm.rate(4)).isEqualTo(0.1);
    assertThat(warm.rate(14)).isCloseTo(0.05, within(1e-15));
  }

  @Test
  void nonsenseIsRefused() {
    refused(() -> Schedule.exponentialDecay(1, 0, 1), "decaySteps must be at least 1, but is 0");
    refused(() -> Schedule.cosineDecay(1, -1), "decaySteps must be at least 1, but is -1");
    refused(() -> Schedule.constant(1).warmUp(0, 0), "warm-up steps must be at least 1");
    refused(() -> Schedule.piecewiseConstant(new long[2], new double[2]), "2 and 2");
    refused(() -> Schedule.piecewiseConstant(new long[] {5, 5}, new double[3]), "5 comes before 5");
    try (Device device = Cpu.open()) {
      refused(
          () -> compile(device, Optimizer.adam(-1)),
          "rate of step 0 must be finite and 0 or more, but is -1.0");
      try (Model model = compile(device, Optimizer.adam(step -> step < 3 ? 1 : Double.NaN))) {
        refused(() -> model.fit(rows, Fit.epochs(1).batch(16)), "rate of step 3", "NaN");
        refused(() -> model.setLearningRate(1), "follows a schedule");
      }
      assertThat(device.memory().liveBytes()).isZero();
    }
  }

  /** Two fits of a schedule, and the same steps one by one, each with its rate set by hand. */
  @Test
  void everyStepTakesTheRateOfItsNumber() {
    Schedule schedule = Schedule.cosineDecay(0.05, 12).warmUp(0.001, 4);
    try (Device device = Cpu.open();
        Model scheduled = compile(device, Optimizer.sgd(schedule, 0.9, true));
        Model byHand = compile(device, Optimizer.sgd(0, 0.9, true))) {
      scheduled.fit(rows, Fit.epochs(2).batch(16).shuffle(false));
      scheduled.fit(rows, Fit.epochs(1).batch(16).shuffle(false));
      assertThat(scheduled.learningRate()).isEqualTo((float) schedule.rate(14));
      for (int step = 0; step < 15; step++) {
        byHand.setLearningRate(schedule.rate(step));
        int from = step % 5 * 16;
        DataSet batch = rows.subset(from, Math.min(70, from + 16));
        byHand.fit(batch, Fit.epochs(1).batch(16).shuffle(false));
      }
      for (String name : scheduled.weightNames()) {
        assertThat(scheduled.weight(name)).as(name).isEqualTo(byHand.weight(name));
      }
    }
  }

  /** What a schedule costs on the device is given back, and a constant one is no schedule. */
  @Test
  void aListenerMaySetAConstantRate() {
    List<Float> seen = new ArrayList<>();
    try (Device device = Cpu.open();
        Model model = compile(device, Optimizer.adam(0.01))) {
      Callback halving =
          new Callback() {
            @Override
            public void epochEnds(int epoch, History.Epoch result) {
              seen.add(model.learningRate());
              model.setLearningRate(model.learningRate() / 2);
            }
          };
      model.fit(rows, Fit.epochs(3).callbacks(halving));
    }
    assertThat(seen).containsExactly(0.01f, 0.005f, 0.0025f);
  }

  private static void refused(Runnable body, String... parts) {
    assertThatThrownBy(body::run).isInstanceOf(SpecException.class).hasMessageContainingAll(parts);
  }
}
