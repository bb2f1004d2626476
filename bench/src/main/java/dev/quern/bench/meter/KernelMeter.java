package dev.quern.bench.meter;

import dev.quern.bench.result.Measurement;
import dev.quern.bench.result.Result;
import dev.quern.bench.result.Summary;
import dev.quern.bench.suite.Problem;
import dev.quern.core.Replay;
import dev.quern.core.Stream;
import dev.quern.core.UnsupportedSpecException;
import org.jspecify.annotations.Nullable;

/** Times a pass of a kernel: run by run, in a recording, and on cold caches. */
final class KernelMeter {
  /** Runs in a recording. */
  private static final int RECORDED = 20;

  /** Runs from this time on hide their launch. */
  private static final double MOST_RECORDED_NANOS = 1e6;

  private KernelMeter() {}

  static Result measure(Conditions conditions, Problem.Kernel problem) {
    try (PreparedPass pass = PreparedPass.open(conditions.device(), problem)) {
      Placements<?> run = pass.bound();
      Stream stream = pass.stream();
      Stopwatch watch =
          new Stopwatch(stream, conditions.seconds(), run::next, run.mostRuns(), conditions.calm());
      Stopwatch.Timing eager = watch.time(run::run);
      Measurement measurement =
          new Measurement(
              pass.implementation(),
              pass.checked(),
              eager.device(),
              eager.wall(),
              replayed(conditions, stream, run, eager),
              conditions.coldRuns() ? ColdRuns.time(stream, run) : null,
              watch.calls(run::run, eager),
              eager.runs(),
              problem.spec().flops(problem.pass()),
              problem.spec().bytes(problem.pass()),
              0);
      return Result.ok(
          problem.name(),
          measurement,
          conditions.rivals().meet(problem, nanos -> watch.round(run::run, nanos)));
    } catch (UnsupportedSpecException e) {
      return Result.absent(problem.name(), e);
    }
  }

  /** A run's time when many are launched as one; null where launches do not matter. */
  private static @Nullable Summary replayed(
      Conditions conditions, Stream stream, Placements<?> run, Stopwatch.Timing eager) {
    if (!conditions.replays() || eager.device().median() >= MOST_RECORDED_NANOS) {
      return null;
    }
    Runnable several =
        () -> {
          for (int i = 0; i < RECORDED; i++) {
            run.run();
          }
        };
    int mostRuns = Math.max(1, run.mostRuns() / RECORDED);
    try (Replay replay = stream.record("benchmark", several)) {
      Stopwatch watch =
          new Stopwatch(stream, conditions.seconds(), run::next, mostRuns, conditions.calm());
      return watch.time(replay::launch).device().dividedBy(RECORDED);
    }
  }
}
