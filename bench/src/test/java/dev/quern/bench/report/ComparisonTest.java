package dev.quern.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.bench.report.Comparison.Line;
import dev.quern.bench.report.Comparison.Verdict;
import dev.quern.bench.result.Look;
import dev.quern.bench.result.Result;
import dev.quern.train.data.DataException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  /** Twenty samples, so far to both sides of a middle. */
  private static Result steady(String name, double middle, double noise) {
    double[] nanos =
        DoubleStream.iterate(-1, i -> i <= 1, i -> i + 0.1)
            .map(i -> middle * (1 + i * noise))
            .toArray();
    return SmallRun.kernel(name, nanos);
  }

  @Test
  void noiseDecidesWhatCanBeSaid() {
    Comparison comparison =
        Comparison.of(
            SmallRun.of(
                    steady("a", 100, 0.01),
                    steady("b", 100, 0.01),
                    steady("c", 100, 0.01),
                    steady("d", 100, 0.5),
                    SmallRun.kernel("gone", 1))
                .run(),
            SmallRun.of(
                    steady("a", 50, 0.01),
                    steady("b", 120, 0.01),
                    steady("c", 101, 0.01),
                    steady("d", 120, 0.5),
                    Result.failed("e", "why"))
                .disturbed()
                .run());
    assertThat(comparison.lines())
        .extracting(Line::verdict)
        .containsExactly(Verdict.FASTER, Verdict.SLOWER, Verdict.SAME, Verdict.UNDECIDED);
    StringWriter out = new StringWriter();
    assertThat(comparison.print(new PrintWriter(out, true))).isZero();
    assertThat(out.toString())
        .contains("cpu a    faster  2.00 times as fast +- ")
        .contains("note: the new run was disturbed: the processors' peak was 100 GFLOP/s before")
        .contains("note: 1 cases are in the old run alone, 0 in the new one")
        .endsWith("1 faster, 1 slower, 1 the same (within 5 %), 1 undecided\n");
  }

  @Test
  void whatWasMeasuredWhileTheMachineCouldDoLessCannotBeTold() {
    Result near = steady("a", 100, 0.01).when(new Look(100.0, 25.0, 60.0));
    Result far = steady("a", 150, 0.01).when(new Look(100.0, 182.0, 60.0));
    for (Comparison comparison :
        List.of(
            Comparison.of(SmallRun.of(near).run(), SmallRun.of(far).run()),
            Comparison.of(SmallRun.of(far).run(), SmallRun.of(near).run()))) {
      assertThat(comparison.lines().getFirst().verdict()).isEqualTo(Verdict.UNDECIDED);
      StringWriter out = new StringWriter();
      comparison.print(new PrintWriter(out, true));
      assertThat(out.toString()).contains("note: 1 cases are undecided as the machine could");
    }
    Comparison both = Comparison.of(SmallRun.of(far).run(), SmallRun.of(far).run());
    assertThat(both.lines().getFirst().verdict()).isEqualTo(Verdict.SAME);
  }

  @Test
  void threeSamplesAreTakenForWhatTheyAre() {
    Line line =
        Comparison.of(
                SmallRun.of(SmallRun.kernel("a", 90, 100, 130)).run(),
                SmallRun.of(SmallRun.kernel("a", 89, 90, 91)).run())
            .lines()
            .getFirst();
    assertThat(line.verdict()).isEqualTo(Verdict.UNDECIDED);
  }

  @Test
  void runsWithNothingInCommonAreASentence() {
    assertThatThrownBy(
            () ->
                Comparison.of(
                    SmallRun.of(SmallRun.kernel("a", 1)).run(),
                    SmallRun.of(SmallRun.kernel("a", 1)).on("cuda:0").run()))
        .isInstanceOf(DataException.class)
        .hasMessage("the two runs have no case of the same device in common");
  }
}
