package dev.quern.bench.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.bench.result.Ceilings.Level;
import dev.quern.bench.result.Quiet.Change;
import dev.quern.core.DeviceInfo;
import dev.quern.train.data.DataException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.jr.ob.JSON;

/** Rates and shares of given times, and the way to JSON and back. */
class RunTest {
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
    Measurement bound = of(result("relu/1 forward", 100, null, 10, 400));
    assertThat(Ceilings.UNKNOWN.share(bound)).isNull();
    Ceilings ceilings =
        new Ceilings(
            100.0, List.of(new Level("L1", 300, 40), new Level("memory", Double.MAX_VALUE, 10)));
    assertThat(ceilings.share(bound)).isEqualTo(0.4);
    assertThat(ceilings.share(of(result("relu", 100, null, 10, 200)))).isEqualTo(0.05);
    assertThat(ceilings.share(of(result("conv2d", 20, null, 1000, 10)))).isEqualTo(0.5);
  }

  @Test
  void ratesLeaveLaunchesOutWhereThatIsKnown() {
    assertThat(of(result("gemm", 100, null, 400, 1)).gflops()).isEqualTo(4);
    assertThat(of(result("gemm", 100, 50.0, 400, 1)).gflops()).isEqualTo(8);
    assertThat(of(result("gemm", 100, 200.0, 400, 1)).gflops()).isEqualTo(4);
  }

  @Test
  void aRunIsReadAsItWasWritten() throws IOException {
    Measurement measured = of(result("gemm", 100, 90.0, 400, 1));
    PeerResult.Figures figures = new PeerResult.Figures(100, 150, 1.5, 1.4, 1.6, 7);
    Run run =
        new Run(
            "2026-01-02T03:04:05Z",
            1.5,
            true,
            new Settings("fp32", 0.5, false, null, true),
            new Machine(null, 2, 3000.5, "Linux 6", "amd64", "25", "x", List.of("-Xmx1g"), "abc"),
            new Quiet(
                new Change(200.0, null),
                new Change(52.0, 47.5),
                0.5,
                new Look(210.0, 25.0, 60.0),
                new Look(null, null, 50.0)),
            List.of(
                new DeviceRun(
                    new DeviceInfo("cpu", "cpu", DeviceInfo.Kind.CPU, "name", "driver", 5, null),
                    new Ceilings(100.0, List.of(new Level("memory", Double.POSITIVE_INFINITY, 10))),
                    List.of(
                        Result.failed("gemm", "why"),
                        Result.ok(
                                "gemm/2",
                                measured,
                                List.of(
                                    new PeerResult("P", "1", Outcome.OK, "how", figures),
                                    new PeerResult("Q", "2", Outcome.ABSENT, "why", null)))
                            .when(new Look(205.0, 25.5, null))))));
    String json = JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(run.asMap());
    assertThat(Run.from(new Fields("run.json", JSON.std.mapFrom(json)))).isEqualTo(run);
    assertThat(run.quiet().disturbance()).contains("50 %");
    assertThat(run.failures()).isEqualTo(1);
  }

  @Test
  void aCaseInWhichProcessorsCouldDoLessIsADisturbance() {
    Change same = new Change(1.0, 1.0);
    Look best = new Look(235.0, 24.9, 25.0);
    assertThat(new Quiet(same, same, 0.0, best, new Look(230.0, 27.0, 24.5)).disturbance())
        .isNull();
    assertThat(new Quiet(same, same, 0.0, best, new Look(230.0, 182.0, 18.0)).disturbance())
        .isEqualTo("in a case or more processors lay 182 ns apart, 25 at best");
  }

  @Test
  void aLookSaysWhatIsWorse() {
    Look best = new Look(235.0, 24.9, 25.0);
    assertThat(Look.UNKNOWN.worseThan(best)).isNull();
    assertThat(best.worseThan(Look.UNKNOWN)).isNull();
    assertThat(new Look(118.0, 15.0, 25.2).worseThan(best))
        .isEqualTo("the processors' peak was 118 GFLOP/s, 235 at best");
    assertThat(new Look(235.0, 25.0, 18.0).worseThan(best))
        .isEqualTo("others used the same cores: 18.0 G integers/s, 25.0 alone");
    Look other = new Look(236.0, null, 18.0);
    assertThat(best.best(other)).isEqualTo(new Look(236.0, 24.9, 25.0));
    Look onOneCore = new Look(118.0, 15.0, 12.8);
    assertThat(best.best(onOneCore)).isEqualTo(best);
    assertThat(onOneCore.best(best)).isEqualTo(best);
    assertThat(best.worst(other)).isEqualTo(new Look(235.0, 24.9, 18.0));
  }

  @Test
  void aPeakOrAMemoryThatChangedIsADisturbance() {
    Change peak = new Change(240.0, 233.0);
    assertThat(
            new Quiet(peak, new Change(52.0, 48.0), null, Look.UNKNOWN, Look.UNKNOWN).disturbance())
        .isNull();
    assertThat(
            new Quiet(peak, new Change(52.0, 40.0), null, Look.UNKNOWN, Look.UNKNOWN).disturbance())
        .isEqualTo("memory gave 52 GB/s before and 40 after, which cases past the caches hang on");
    assertThat(
            new Quiet(new Change(240.0, 160.0), peak, null, Look.UNKNOWN, Look.UNKNOWN)
                .disturbance())
        .isEqualTo("the processors' peak was 240 GFLOP/s before and 160 after");
    assertThat(
            new Quiet(Change.UNKNOWN, new Change(52.0, null), null, Look.UNKNOWN, Look.UNKNOWN)
                .disturbance())
        .isNull();
  }

  @Test
  void whatIsNoRunIsASentenceThatSaysWhere() {
    assertThatThrownBy(() -> Run.from(new Fields("some.json", Map.of("date", 7))))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "some.json is not a benchmark run as this version writes them: date must be a text, but"
                + " is '7'");
    Map<String, Object> deep = Map.of("doubt", "x", "median_nanos", 1, "min_nanos", 1);
    assertThatThrownBy(() -> Summary.from(new Fields("some.json devices[0] wall", deep)))
        .hasMessageContaining("some.json devices[0] wall is not")
        .hasMessageContaining("doubt must be a number, but is 'x'");
  }
}
