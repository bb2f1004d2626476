package dev.quern.bench;

import dev.quern.bench.peers.Problem;
import dev.quern.bench.result.Measurement;
import dev.quern.bench.result.PeerResult;
import dev.quern.bench.result.Result;
import dev.quern.bench.result.Summary;
import dev.quern.core.ComputeException;
import dev.quern.core.Device;
import dev.quern.core.Kernel;
import dev.quern.core.Replay;
import dev.quern.core.Stream;
import dev.quern.core.UnsupportedSpecException;
import dev.quern.kernels.OpSpec;
import dev.quern.kernels.Pass;
import dev.quern.kernels.cases.Argument;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Cases;
import dev.quern.kernels.cases.Run;
import dev.quern.kernels.cases.Trial;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A kernel: its answers are compared with the reference, then each pass is timed. */
final class KernelEntry<K extends Kernel> implements Entry {
  /** Operations from which on the reference would take longer than the measuring. */
  private static final double MOST_CHECKED_FLOPS = 2e8;

  /** Elements from which on the reference would take more memory than the launcher gives. */
  private static final long MOST_CHECKED_ELEMENTS = 2_000_000;

  /** Runs in a recording. */
  private static final int RECORDED = 20;

  /** Runs from this time on hide their launch. */
  private static final double MOST_RECORDED_NANOS = 1e6;

  private final Case<K> problem;
  private final OpSpec<K> spec;
  private final List<Pass> passes;

  private KernelEntry(Case<K> problem, Set<Pass> passes) {
    this.problem = problem;
    spec = problem.spec();
    this.passes = spec.passes().stream().filter(passes::contains).toList();
  }

  /** All passes of a spec. */
  static KernelEntry<?> of(OpSpec<?> spec) {
    return of(spec, spec.passes());
  }

  /** Some passes of a spec. */
  static KernelEntry<?> of(OpSpec<?> spec, Set<Pass> passes) {
    return new KernelEntry<>(Cases.inTraining(spec), passes);
  }

  /** The problem. */
  OpSpec<K> spec() {
    return spec;
  }

  @Override
  public List<String> names() {
    return passes.stream().map(this::name).toList();
  }

  @Override
  public @Nullable Problem problem(String line) {
    return passes.stream()
        .filter(pass -> name(pass).equals(line))
        .findFirst()
        .map(pass -> new Problem.Kernel(spec, pass))
        .orElse(null);
  }

  private String name(Pass pass) {
    return spec.describe() + " " + pass;
  }

  /** One of its lines, for others to time; its answer is compared with the reference first. */
  PreparedPass prepare(Device device, String name) {
    Pass pass = passes.stream().filter(p -> name(p).equals(name)).findFirst().orElseThrow();
    K kernel = device.prepare(spec);
    try {
      Stream stream = device.newStream();
      try {
        stream.reserveWorkspace(kernel.workspaceBytes());
        String wrong = isCheckable(pass) ? wrong(kernel, stream, pass) : null;
        if (wrong != null) {
          throw new ComputeException(name + " answers wrongly: " + wrong);
        }
        return new PreparedPass(kernel, stream, new BoundRun<>(run(pass), kernel, stream));
      } catch (RuntimeException e) {
        stream.close();
        throw e;
      }
    } catch (RuntimeException e) {
      kernel.close();
      throw e;
    }
  }

  @Override
  public void measure(Conditions conditions, Set<String> wanted, Consumer<Result> results) {
    Deque<Pass> left = new ArrayDeque<>(passes);
    left.removeIf(pass -> !wanted.contains(name(pass)));
    try (K kernel = conditions.device().prepare(spec);
        Stream stream = conditions.device().newStream()) {
      stream.reserveWorkspace(kernel.workspaceBytes());
      while (!left.isEmpty()) {
        results.accept(result(conditions, kernel, stream, left.remove()));
      }
    } catch (UnsupportedSpecException e) {
      left.forEach(pass -> results.accept(Result.absent(name(pass), e)));
    } catch (ComputeException | IllegalStateException e) {
      left.forEach(pass -> results.accept(Result.failed(name(pass), e)));
    }
  }

  private Result result(Conditions conditions, K kernel, Stream stream, Pass pass) {
    String name = name(pass);
    try {
      boolean checkable = isCheckable(pass);
      String wrong = checkable ? wrong(kernel, stream, pass) : null;
      return wrong != null
          ? Result.failed(name, wrong)
          : timed(conditions, kernel, stream, pass, checkable);
    } catch (RuntimeException e) {
      return Result.failed(name, e);
    }
  }

  /** A new one at each call: a run keeps the numbers that it was asked for. */
  private Run<K> run(Pass pass) {
    return problem.runs().stream().filter(run -> run.pass() == pass).findFirst().orElseThrow();
  }

  private boolean isCheckable(Pass pass) {
    long elements = run(pass).arguments().stream().mapToLong(Argument::count).sum();
    return spec.flops(pass) <= MOST_CHECKED_FLOPS && elements <= MOST_CHECKED_ELEMENTS;
  }

  /** How the pass's answer differs from the reference, or null. */
  private @Nullable String wrong(K kernel, Stream stream, Pass pass) {
    try (Trial<K> trial = new Trial<>(run(pass), stream)) {
      trial.run(kernel);
      return trial.mismatch();
    }
  }

  private Result timed(Conditions conditions, K kernel, Stream stream, Pass pass, boolean checked) {
    try (BoundRun<K> run = new BoundRun<>(run(pass), kernel, stream)) {
      Stopwatch watch = new Stopwatch(stream, conditions.seconds(), run::rewind, run.mostRuns());
      Stopwatch.Timing eager = watch.time(run::run);
      Measurement measurement =
          new Measurement(
              kernel.implementation(),
              checked,
              eager.device(),
              eager.wall(),
              conditions.replays() && eager.device().median() < MOST_RECORDED_NANOS
                  ? replayed(conditions, stream, run)
                  : null,
              conditions.coldRuns() ? ColdRuns.time(stream, run) : null,
              watch.calls(run::run, eager),
              eager.runs(),
              spec.flops(pass),
              spec.bytes(pass),
              0);
      List<PeerResult> peers =
          conditions
              .rivals()
              .meet(new Problem.Kernel(spec, pass), nanos -> watch.round(run::run, nanos));
      return Result.ok(name(pass), measurement, peers);
    }
  }

  private static Summary replayed(Conditions conditions, Stream stream, BoundRun<?> run) {
    Runnable several =
        () -> {
          for (int i = 0; i < RECORDED; i++) {
            run.run();
          }
        };
    int mostRuns = Math.max(1, run.mostRuns() / RECORDED);
    try (Replay replay = stream.record("benchmark", several)) {
      Stopwatch watch = new Stopwatch(stream, conditions.seconds(), run::rewind, mostRuns);
      return watch.time(replay::launch).device().dividedBy(RECORDED);
    }
  }
}
