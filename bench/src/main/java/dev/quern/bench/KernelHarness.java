package dev.quern.bench;

import dev.quern.bench.report.OutputFile;
import dev.quern.core.ComputeException;
import dev.quern.kernels.Precision;
import java.io.PrintWriter;
import java.util.List;
import java.util.ServiceLoader;

/**
 * Another harness than {@code quern bench}'s own, which times the suite's kernels: JMH, whose
 * module is not there for whoever does not ask for it. Found by {@link ServiceLoader}.
 */
public interface KernelHarness {
  /**
   * What is to be timed.
   *
   * @param cases names, of the suite's kernels or of {@link #ownCases}
   * @param device the id of the device
   * @param precision of products
   * @param quick whether little time is to be spent on each
   * @param json receives the results, anew after each case
   * @param out for a table of the results
   * @param err for what failed
   */
  record Order(
      List<String> cases,
      String device,
      Precision precision,
      boolean quick,
      OutputFile json,
      PrintWriter out,
      PrintWriter err) {
    /** Copies the list. */
    public Order {
      cases = List.copyOf(cases);
    }
  }

  /** Names of what it can time beside the suite's kernels. */
  List<String> ownCases();

  /**
   * Times all cases; one that fails is reported, and the next one comes.
   *
   * @return how many failed
   */
  int measure(Order order);

  /**
   * The harness that is on the class path.
   *
   * @throws ComputeException if there is none
   */
  static KernelHarness installed() {
    return ServiceLoader.load(KernelHarness.class)
        .findFirst()
        .orElseThrow(
            () ->
                new ComputeException(
                    "JMH is not on the class path: ./quern bench --jmh puts it there in a source"
                        + " tree, and a bundle has none"));
  }
}
