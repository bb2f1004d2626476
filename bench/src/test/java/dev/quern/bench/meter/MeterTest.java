package dev.quern.bench.meter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.bench.machine.Calm;
import dev.quern.bench.result.Measurement;
import dev.quern.bench.result.Outcome;
import dev.quern.bench.result.PeerResult;
import dev.quern.bench.result.Result;
import dev.quern.bench.suite.Problem;
import dev.quern.bench.suite.Problem.Transfer.Way;
import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.core.SpecException;
import dev.quern.kernels.Pass;
import dev.quern.kernels.Precision;
import dev.quern.kernels.Relu;
import dev.quern.train.Sequential;
import dev.quern.train.Shape;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.Flatten;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MeterTest {
  private static final String SMALL = "gemm/NNm32n10k128+BIAS forward";
  private static final PeerResult PEER = new PeerResult("P", "1", Outcome.ABSENT, "why", null);

  private final Device device = Detection.detect("cpu").require("cpu").open();

  @AfterEach
  void close() {
    assertThat(device.memory().liveBytes()).isZero();
    device.close();
  }

  private Result measured(Problem problem, boolean everything) {
    Rivals rivals =
        (same, own) -> {
          assertThat(same).isEqualTo(problem);
          assertThat(own.round(1000)).isPositive();
          return List.of(PEER);
        };
    return new Meter(
            new Conditions(
                device, 0, Precision.FP32, everything, everything, Calm.UNWATCHED, rivals),
            () -> Sequential.of(new Shape(28, 28, 1), Flatten.of(), Dense.of(10)))
        .measure(problem);
  }

  private static Measurement ok(Result result) {
    assertThat(result.outcome()).as("%s", result).isEqualTo(Outcome.OK);
    return Objects.requireNonNull(result.measurement());
  }

  @Test
  void recordingsAndColdCachesAreTimedWhereThatIsAskedFor() {
    Problem relu = new Problem.Kernel(new Relu.Spec(1000), Pass.FORWARD);
    Measurement everything = ok(measured(relu, true));
    assertThat(everything.replay()).isNotNull();
    assertThat(everything.cold()).isNotNull();
    assertThat(everything.checked()).isTrue();
    Measurement little = ok(measured(relu, false));
    assertThat(little.replay()).isNull();
    assertThat(little.cold()).isNull();
    assertThat(little.bytes()).isEqualTo(8000);
  }

  @Test
  void kernelsAndNetworksMeetTheirRivalsOnTheSameProblem() {
    assertThat(measured(new Problem.Kernel(new Relu.Spec(9), Pass.FORWARD), false).peers())
        .containsExactly(PEER);
    for (boolean training : new boolean[] {true, false}) {
      Result result = measured(new Problem.Network(training, 32), false);
      assertThat(ok(result).imagesPerSecond()).isPositive();
      assertThat(result.peers()).containsExactly(PEER);
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void transfersAreTimed(Way way) {
    Measurement transfer = ok(measured(new Problem.Transfer(way, 300_000), false));
    assertThat(transfer.bytes()).isEqualTo(way == Way.COPY ? 2_400_000 : 1_200_000);
    assertThat(transfer.gigabytes()).isPositive();
  }

  /** More memory than any machine has: a result, too. */
  @Test
  void whatFailsIsAResult() {
    Result result = measured(new Problem.Kernel(new Relu.Spec(1L << 50), Pass.FORWARD), false);
    assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(result.message()).contains("out of memory");
    assertThat(result.name()).isEqualTo("relu/1125899906842624 forward");
  }

  @Test
  void aKernelIsPreparedForOthersToTime() {
    try (PreparedPass pass = PreparedPass.warm(device, Precision.FP32, SMALL)) {
      pass.run();
    }
    assertThatThrownBy(() -> PreparedPass.warm(device, Precision.FP32, "train-step/mnist-b32"))
        .isInstanceOf(SpecException.class)
        .hasMessage(
            "no kernel is named 'train-step/mnist-b32' in FP32 for cpu; quern bench --list gives"
                + " the names");
  }
}
