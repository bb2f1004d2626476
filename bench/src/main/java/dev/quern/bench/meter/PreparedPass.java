package dev.quern.bench.meter;

import dev.quern.bench.machine.Calm;
import dev.quern.bench.suite.Problem;
import dev.quern.bench.suite.Suite;
import dev.quern.core.ComputeException;
import dev.quern.core.Device;
import dev.quern.core.Kernel;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import dev.quern.kernels.Pass;
import dev.quern.kernels.Precision;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Cases;
import dev.quern.kernels.cases.Run;
import dev.quern.kernels.cases.Trial;

/**
 * A pass of a kernel, ready to run: prepared, compared with the reference where that is quick, with
 * buffers of its own on a stream of its own. Used by one thread.
 */
public final class PreparedPass implements AutoCloseable {
  /** Each time, beside the second that a stopwatch takes for itself on a CPU. */
  private static final double WARM_SECONDS = 0.5;

  private static final int MOST_ROUNDS = 10;

  /** What counts as faster, as a share of the time before. */
  private static final double FASTER = 0.9;

  private final Kernel kernel;
  private final Stream stream;
  private final Placements<?> run;
  private final boolean checked;
  private int runs;

  private <K extends Kernel> PreparedPass(
      K kernel, Stream stream, Case<K> shared, Problem.Kernel problem) {
    this.kernel = kernel;
    this.stream = stream;
    stream.reserveWorkspace(kernel.workspaceBytes());
    checked = problem.isChecked();
    if (checked) {
      check(kernel, shared, problem.pass());
    }
    run = new Placements<>(run(shared, problem.pass()), kernel, stream);
  }

  /**
   * Prepares a problem.
   *
   * @throws dev.quern.core.UnsupportedSpecException if the device does not offer it
   * @throws ComputeException if the device cannot run it, or answers wrongly
   */
  static PreparedPass open(Device device, Problem.Kernel problem) {
    return open(device, Cases.inTraining(problem.spec()), problem);
  }

  private static <K extends Kernel> PreparedPass open(
      Device device, Case<K> shared, Problem.Kernel problem) {
    K kernel = device.prepare(shared.spec());
    try {
      Stream stream = device.newStream();
      try {
        return new PreparedPass(kernel, stream, shared, problem);
      } catch (RuntimeException e) {
        stream.close();
        throw e;
      }
    } catch (RuntimeException e) {
      kernel.close();
      throw e;
    }
  }

  /**
   * A kernel of the suite for those who time it otherwise than {@code quern bench} does: it has
   * been run until it got no faster.
   *
   * @param precision of products; part of some names
   * @param name as {@code quern bench --list} gives it
   * @throws SpecException if the suite for such devices has no kernel of that name
   * @throws ComputeException if the device cannot run it, or answers wrongly
   */
  public static PreparedPass warm(Device device, Precision precision, String name) {
    for (Problem problem : Suite.withShared(device.info().kind(), precision)) {
      if (problem instanceof Problem.Kernel kernel && kernel.name().equals(name)) {
        PreparedPass pass = open(device, kernel);
        pass.warmUp();
        return pass;
      }
    }
    throw new SpecException(
        "no kernel is named '%s' in %s for %s; quern bench --list gives the names"
            .formatted(name, precision, device.info().id()));
  }

  /** A new one at each call: a run keeps the numbers that it was asked for. */
  private static <K extends Kernel> Run<K> run(Case<K> problem, Pass pass) {
    return problem.runs().stream().filter(run -> run.pass() == pass).findFirst().orElseThrow();
  }

  private <K extends Kernel> void check(K prepared, Case<K> problem, Pass pass) {
    try (Trial<K> trial = new Trial<>(run(problem, pass), stream)) {
      trial.run(prepared);
      String wrong = trial.mismatch();
      if (wrong != null) {
        throw new ComputeException("wrong answer: " + wrong);
      }
    }
  }

  /**
   * Java may take several times its usual second to compile a kernel, and JMH's iterations come
   * when they come; so it is timed here until it is no faster than the time before.
   */
  private void warmUp() {
    try {
      Stopwatch watch =
          new Stopwatch(stream, WARM_SECONDS, run::next, run.mostRuns(), Calm.UNWATCHED);
      double best = Double.POSITIVE_INFINITY;
      double last = Double.MAX_VALUE;
      for (int i = 0; i < MOST_ROUNDS && last < FASTER * best; i++) {
        best = last;
        last = watch.time(run::run).wall().median();
      }
      run.next();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Runs once, and waits for the end of it. */
  public void run() {
    if (runs == run.mostRuns()) {
      run.next();
      runs = 0;
    }
    run.run();
    stream.synchronize();
    runs++;
  }

  String implementation() {
    return kernel.implementation();
  }

  /** Whether its answer was compared with the reference. */
  boolean checked() {
    return checked;
  }

  Stream stream() {
    return stream;
  }

  /** The pass with its buffers, to be enqueued at will. */
  Placements<?> bound() {
    return run;
  }

  @Override
  public void close() {
    try (kernel;
        stream;
        run) {
      stream.synchronize();
    }
  }
}
