package dev.quern.bench;

import dev.quern.bench.result.Measurement;
import dev.quern.bench.result.Result;
import dev.quern.bench.result.Summary;
import dev.quern.core.Arena;
import dev.quern.core.ComputeException;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Kernel;
import dev.quern.core.Replay;
import dev.quern.core.Stream;
import dev.quern.core.UnsupportedSpecException;
import dev.quern.kernels.OpSpec;
import dev.quern.kernels.Pass;
import dev.quern.kernels.cases.Bindings;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Cases;
import dev.quern.kernels.cases.Fill;
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

  private final OpSpec<K> spec;
  private final List<Workload<K>> workloads;

  private KernelEntry(Workloads.Problem<K> problem, Set<Pass> passes) {
    spec = problem.spec();
    workloads = problem.workloads().stream().filter(w -> passes.contains(w.pass())).toList();
  }

  /** All passes of a spec that are worth timing. */
  static Entry of(OpSpec<?> spec) {
    return of(spec, spec.passes());
  }

  /** Some passes of a spec. */
  static Entry of(OpSpec<?> spec, Set<Pass> passes) {
    return new KernelEntry<>(Workloads.of(spec), passes);
  }

  @Override
  public List<String> names() {
    return workloads.stream().map(this::name).toList();
  }

  private String name(Workload<K> workload) {
    return spec.describe() + " " + workload.pass();
  }

  @Override
  public void measure(Conditions conditions, Set<String> wanted, Consumer<Result> results) {
    Deque<Workload<K>> left = new ArrayDeque<>(workloads);
    left.removeIf(workload -> !wanted.contains(name(workload)));
    try (K kernel = conditions.device().prepare(spec);
        Stream stream = conditions.device().newStream()) {
      stream.reserveWorkspace(kernel.workspaceBytes());
      while (!left.isEmpty()) {
        results.accept(result(conditions, kernel, stream, left.remove()));
      }
    } catch (UnsupportedSpecException e) {
      left.forEach(workload -> results.accept(Result.absent(name(workload), e)));
    } catch (ComputeException | IllegalStateException e) {
      left.forEach(workload -> results.accept(Result.failed(name(workload), e)));
    }
  }

  private Result result(Conditions conditions, K kernel, Stream stream, Workload<K> workload) {
    String name = name(workload);
    try {
      boolean checkable =
          spec.flops(workload.pass()) <= MOST_CHECKED_FLOPS
              && workload.elements() <= MOST_CHECKED_ELEMENTS;
      String wrong = checkable ? wrong(kernel, stream, workload.pass()) : null;
      return wrong != null
          ? Result.failed(name, wrong)
          : Result.ok(name, timed(conditions, kernel, stream, workload, checkable));
    } catch (RuntimeException e) {
      return Result.failed(name, e);
    }
  }

  /** How the pass's answer differs from the reference, or null. */
  @SuppressWarnings("unchecked") // the case of a spec is a case of its kernel
  private @Nullable String wrong(K kernel, Stream stream, Pass pass) {
    for (Run<K> run : ((Case<K>) Cases.of(spec, Fill.REAL)).runs()) {
      if (run.pass() == pass) {
        try (Trial<K> trial = new Trial<>(run, stream)) {
          trial.run(kernel);
          return trial.mismatch();
        }
      }
    }
    return null;
  }

  private Measurement timed(
      Conditions conditions, K kernel, Stream stream, Workload<K> workload, boolean checked) {
    try (Arena arena = conditions.device().newArena("benchmark", workload.bytes())) {
      Bindings buffers = bind(conditions, stream, arena, workload);
      DeviceBuffer cursor = workload.cursor() == null ? null : buffers.get(workload.cursor());
      Runnable rewind =
          () -> {
            if (cursor != null) {
              stream.clear(cursor);
            }
          };
      Runnable body = () -> workload.call().run(kernel, stream, buffers);
      if (workload.before() != null) {
        workload.before().run(kernel, stream, buffers);
      }
      Stopwatch watch = new Stopwatch(stream, conditions.seconds(), rewind, workload.mostRuns());
      Stopwatch.Timing eager = watch.time(body);
      return new Measurement(
          kernel.implementation(),
          checked,
          eager.device(),
          eager.wall(),
          conditions.replays() && eager.device().median() < MOST_RECORDED_NANOS
              ? replayed(conditions, stream, body, rewind, workload.mostRuns())
              : null,
          null,
          watch.calls(body, eager),
          eager.runs(),
          spec.flops(workload.pass()),
          spec.bytes(workload.pass()),
          0);
    }
  }

  private static <K extends Kernel> Bindings bind(
      Conditions conditions, Stream stream, Arena arena, Workload<K> workload) {
    Bindings buffers = new Bindings();
    try (Filler filler = new Filler(conditions.device(), stream)) {
      for (Slot slot : workload.slots()) {
        DeviceBuffer buffer = arena.allocate(slot.role(), slot.type(), slot.count());
        filler.fill(buffer, slot);
        buffers.put(slot.role(), buffer);
      }
    }
    return buffers;
  }

  private static Summary replayed(
      Conditions conditions, Stream stream, Runnable body, Runnable rewind, int mostRuns) {
    Runnable several =
        () -> {
          for (int i = 0; i < RECORDED; i++) {
            body.run();
          }
        };
    try (Replay replay = stream.record("benchmark", several)) {
      Stopwatch watch =
          new Stopwatch(stream, conditions.seconds(), rewind, Math.max(1, mostRuns / RECORDED));
      return watch.time(replay::launch).device().dividedBy(RECORDED);
    }
  }
}
