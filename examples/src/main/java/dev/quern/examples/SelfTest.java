package dev.quern.examples;

import dev.quern.core.ComputeException;
import dev.quern.core.Device;
import dev.quern.core.Kernel;
import dev.quern.core.Stream;
import dev.quern.core.UnsupportedSpecException;
import dev.quern.kernels.Pass;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Cases;
import dev.quern.kernels.cases.Run;
import dev.quern.kernels.cases.Trial;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One case of every op on a device: is the answer right, how is it computed, and roughly how fast.
 */
final class SelfTest {
  /** Operations of the largest case that is tried; more would make the test slow, not better. */
  private static final double MOST_FLOPS = 2e8;

  private static final long NANOS_PER_ROUND = 20_000_000;

  /** Work that waits for the device at the same time. */
  private static final int MOST_RUNS = 1000;

  private final Device device;
  private final PrintWriter out;
  private final double seconds;

  /**
   * A self-test.
   *
   * @param device what to test
   * @param out receives the lines
   * @param seconds how long to time each pass; Java takes about one to compile a kernel, which
   *     until then is a hundred times slower
   */
  SelfTest(Device device, PrintWriter out, double seconds) {
    this.device = device;
    this.out = out;
    this.seconds = seconds;
  }

  /** Prints a line a pass; returns how many failed. */
  int run() {
    Map<Class<?>, Case<?>> largest = new LinkedHashMap<>();
    for (Case<?> problem : Cases.all()) {
      if (problem.plain() && work(problem) < MOST_FLOPS) {
        largest.merge(problem.spec().kernelType(), problem, (x, y) -> work(y) > work(x) ? y : x);
      }
    }
    return largest.values().stream().mapToInt(this::check).sum();
  }

  private static double work(Case<?> problem) {
    return problem.spec().passes().stream().mapToDouble(problem.spec()::flops).max().orElse(0);
  }

  private <K extends Kernel> int check(Case<K> problem) {
    int failures = 0;
    try (K kernel = device.prepare(problem.spec());
        Stream stream = device.newStream()) {
      stream.reserveWorkspace(kernel.workspaceBytes());
      for (Run<K> run : problem.runs()) {
        failures += check(problem, kernel, run, stream);
      }
    } catch (UnsupportedSpecException e) {
      out.printf("  absent  %s: %s%n", problem.spec().describe(), e.getMessage());
    } catch (ComputeException e) {
      out.printf("  FAILED  %s: %s%n", problem.spec().describe(), e.getMessage());
      failures++;
    }
    return failures;
  }

  private <K extends Kernel> int check(Case<K> problem, K kernel, Run<K> run, Stream stream) {
    try (Trial<K> trial = new Trial<>(run, stream)) {
      trial.run(kernel);
      String wrong = trial.mismatch();
      out.printf(
          "  %-7s %-46s %-16s %-26s %s%n",
          wrong == null ? "ok" : "FAILED",
          problem.spec().describe(),
          run.pass(),
          kernel.implementation(),
          wrong == null ? rate(problem, kernel, run.pass(), trial, stream) : wrong);
      out.flush();
      return wrong == null ? 0 : 1;
    }
  }

  /** Best time of a run, as operations or bytes a second, whichever bounds it. */
  private <K extends Kernel> String rate(
      Case<K> problem, K kernel, Pass pass, Trial<K> trial, Stream stream) {
    long begin = System.nanoTime();
    long best = round(kernel, trial, stream, 1);
    do {
      int runs = Math.clamp(NANOS_PER_ROUND / best, 1, MOST_RUNS);
      best = Math.min(best, round(kernel, trial, stream, runs));
    } while (System.nanoTime() - begin < seconds * 1e9);
    double flops = problem.spec().flops(pass);
    double bytes = problem.spec().bytes(pass);
    return flops > 10 * bytes
        ? String.format(Locale.ROOT, "%8.1f us %7.1f GFLOP/s", best / 1e3, flops / best)
        : String.format(Locale.ROOT, "%8.1f us %7.1f GB/s", best / 1e3, bytes / best);
  }

  /** Nanoseconds of a run, by so many of them. */
  private static <K extends Kernel> long round(K kernel, Trial<K> trial, Stream stream, int runs) {
    long start = System.nanoTime();
    for (int i = 0; i < runs; i++) {
      trial.run(kernel);
    }
    stream.synchronize();
    return Math.max(1, (System.nanoTime() - start) / runs);
  }
}
