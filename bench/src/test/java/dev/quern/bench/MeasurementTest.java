package dev.quern.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Rates and shares of given times. */
class MeasurementTest {
  private static Result result(
      String name, double nanos, @Nullable Double replay, double flops, double bytes) {
    return Result.ok(
        name,
        new Measurement(
            "some",
            true,
            Summary.of(nanos),
            Summary.of(2 * nanos),
            replay == null ? null : Summary.of(replay),
            null,
            1,
            flops,
            bytes,
            0));
  }

  private static Measurement of(Result result) {
    if (result.measurement() == null) {
      throw new AssertionError(result + " has no measurement");
    }
    return result.measurement();
  }

  @Test
  void shareIsOfTheCeilingThatBounds() {
    Ceilings ceilings = new Ceilings();
    Measurement bound = of(result("relu/1 forward", 100, null, 10, 400));
    assertThat(ceilings.share(bound)).isNull();
    ceilings.add(result("copy/1", 10, null, 0, 100));
    assertThat(ceilings.share(bound)).isNull();
    ceilings.add(result("gemm/small forward", 10, null, 500, 1));
    ceilings.add(result("gemm/large forward", 10, null, 1000, 1));
    ceilings.add(Result.failed("gemm/larger forward", "wrong"));
    assertThat(ceilings.gflops()).isEqualTo(100);
    assertThat(ceilings.gigabytes()).isEqualTo(10);
    assertThat(ceilings.share(bound)).isEqualTo(0.4);
    assertThat(ceilings.share(of(result("conv2d", 20, null, 1000, 10)))).isEqualTo(0.5);
  }

  @Test
  void ratesLeaveLaunchesOutWhereThatIsKnown() {
    assertThat(of(result("gemm", 100, null, 400, 1)).gflops()).isEqualTo(4);
    assertThat(of(result("gemm", 100, 50.0, 400, 1)).gflops()).isEqualTo(8);
    assertThat(of(result("gemm", 100, 200.0, 400, 1)).gflops()).isEqualTo(4);
  }

  @Test
  void jsonHasTheSameNamesForAllThatWentWell() {
    Ceilings ceilings = new Ceilings();
    assertThat(result("gemm", 100, null, 400, 1).asMap(ceilings))
        .containsOnlyKeys(
            "name",
            "outcome",
            "message",
            "implementation",
            "checked",
            "runs_in_a_sample",
            "device",
            "wall",
            "replay",
            "call",
            "flops",
            "bytes",
            "gflops",
            "gigabytes_per_second",
            "share_of_ceiling")
        .containsEntry("outcome", "ok")
        .containsEntry("replay", null);
    assertThat(Result.failed("gemm", "why").asMap(ceilings))
        .hasToString("{name=gemm, outcome=failed, message=why}");
  }
}
