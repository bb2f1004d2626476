package dev.quern.bench;

import dev.quern.bench.report.OutputFile;
import dev.quern.bench.suite.Problem;
import dev.quern.kernels.Precision;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What {@code quern bench --jmh FILE} does instead of measuring by itself. */
final class HarnessRun {
  private final KernelHarness harness = KernelHarness.installed();
  private final OutputFile file;
  private final List<String> cases = new ArrayList<>();

  /**
   * Chooses what is timed.
   *
   * @param path for the results; must be one that can be written
   * @param problems of which the kernels can be chosen, beside the harness's own cases
   * @param pattern as {@link CasePattern#matching} has it
   */
  HarnessRun(Path path, List<Problem> problems, String pattern) {
    file = new OutputFile("--jmh", path);
    file.requireWritable();
    for (Problem problem : problems) {
      if (problem instanceof Problem.Kernel) {
        cases.add(problem.name());
      }
    }
    cases.addAll(harness.ownCases());
    cases.retainAll(CasePattern.matching(cases, pattern));
  }

  /** The names of what is timed. */
  List<String> cases() {
    return cases;
  }

  /** Times it, and says how many cases failed. */
  int measure(String device, Precision precision, boolean quick, PrintWriter out, PrintWriter err) {
    long begun = System.nanoTime();
    int failures =
        harness.measure(new KernelHarness.Order(cases, device, precision, quick, file, out, err));
    out.printf(
        Locale.ROOT,
        "%d measured, %d failed in %.0f s%n",
        cases.size() - failures,
        failures,
        (System.nanoTime() - begun) / 1e9);
    out.flush();
    return failures;
  }
}
