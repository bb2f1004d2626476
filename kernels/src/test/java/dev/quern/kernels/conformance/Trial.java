package dev.quern.kernels.conformance;

import dev.quern.core.Kernel;
import dev.quern.core.Replay;
import dev.quern.core.Stream;
import dev.quern.kernels.cases.Argument;
import dev.quern.kernels.cases.Bindings;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Expected;
import dev.quern.kernels.cases.Run;
import dev.quern.kernels.cases.Values;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One pass of one case on a device, and everything that must hold of it. */
final class Trial<K extends Kernel> {
  private final Stream stream;
  private final K kernel;
  private final Case<K> problem;
  private final Run<K> run;
  private final GuardedBuffers memory;
  private final Bindings bindings;

  Trial(Stream stream, K kernel, Case<K> problem, Run<K> run, GuardedBuffers memory) {
    this.stream = stream;
    this.kernel = kernel;
    this.problem = problem;
    this.run = run;
    this.memory = memory;
    this.bindings = memory.bind(run.arguments());
  }

  /** Values, memory outside, repeatability and replay, in this order. */
  void checkAll() {
    try {
      List<Values> eager = runOnce();
      requireReference(eager);
      requireSame("a second run", eager, runOnce());
      requireReplay(eager);
    } catch (AssertionError e) {
      String again = "; to run just it: -Dquern.case='" + problem.name() + "'";
      throw new AssertionError(this + again + "\n  " + e.getMessage(), e);
    }
  }

  /** Values and memory outside alone. */
  void checkValues() {
    try {
      requireReference(runOnce());
    } catch (AssertionError e) {
      throw new AssertionError(this + "\n  " + e.getMessage(), e);
    }
  }

  /** Runs once from fresh buffers and returns what they hold afterwards. */
  List<Values> runOnce() {
    memory.reset();
    launch();
    return memory.read();
  }

  /** Enqueues the pass on the buffers as they are. */
  void launch() {
    run.call().run(kernel, stream, bindings);
  }

  /** Waits for everything enqueued. */
  void await() {
    stream.synchronize();
  }

  private void requireReference(List<Values> contents) {
    Map<String, Expected> reference = run.reference().get();
    String how = kernel.implementation().toLowerCase(Locale.ROOT);
    boolean rearranged = how.contains("winograd") || how.contains("fft");
    for (int i = 0; i < contents.size(); i++) {
      Argument argument = run.arguments().get(i);
      Values actual = contents.get(i);
      if (!argument.written()) {
        require(
            actual.mismatch(argument.initial()) < 0, argument.role() + ": an input was changed");
        continue;
      }
      Expected expected = reference.get(argument.role());
      if (expected == null) {
        throw new IllegalStateException("the case has no reference for " + argument.role());
      }
      String wrong = expected.mismatch(actual, rearranged);
      require(wrong == null, argument.role() + ": " + wrong);
    }
  }

  private void requireSame(String what, List<Values> first, List<Values> second) {
    for (int i = 0; i < first.size(); i++) {
      long at = first.get(i).mismatch(second.get(i));
      require(
          at < 0,
          "%s: %s gives other bits, first at byte %d"
              .formatted(run.arguments().get(i).role(), what, at));
    }
  }

  private void requireReplay(List<Values> eager) {
    memory.reset();
    try (Replay replay = stream.record(problem.name(), this::launch)) {
      List<Values> recorded = memory.read();
      for (int i = 0; i < recorded.size(); i++) {
        Argument argument = run.arguments().get(i);
        require(
            recorded.get(i).mismatch(argument.initial()) < 0,
            argument.role() + ": recording has already done the work, which only a launch may do");
      }
      replay.launch();
      requireSame("a replay", eager, memory.read());
    }
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise);
    }
  }

  @Override
  public String toString() {
    return "%s %s by %s on %s"
        .formatted(problem.spec().describe(), run.pass(), kernel.implementation(), stream.device());
  }
}
