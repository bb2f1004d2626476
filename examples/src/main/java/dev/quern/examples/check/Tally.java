package dev.quern.examples.check;

import java.io.PrintWriter;
import java.util.Map;
import java.util.TreeMap;

/** Counts what came of the cases, prints a line a failure, and sums skips up by their reason. */
final class Tally {
  private final PrintWriter out;
  private final boolean verbose;
  private final Map<String, Integer> skips = new TreeMap<>();
  private int passed;
  private int failed;
  private int skipped;

  Tally(PrintWriter out, boolean verbose) {
    this.out = out;
    this.verbose = verbose;
  }

  /** A case came out as it should. */
  void pass(String name) {
    passed++;
    if (verbose) {
      out.println("passed  " + name);
      out.flush();
    }
  }

  /** A case did not; {@code what} says in a sentence how. */
  void fail(String name, String what) {
    failed++;
    out.println("FAILED  " + name + ": " + what);
    out.flush();
  }

  /** A case was left out; cases with the same reason are summed up. */
  void skip(String name, String reason) {
    skipped++;
    skips.merge(reason, 1, Integer::sum);
    if (verbose) {
      out.println("skipped " + name + ": " + reason);
      out.flush();
    }
  }

  /** Prints the sums; the last line is {@code N passed, N failed, N skipped}. */
  void summarize() {
    skips.forEach((reason, count) -> out.println("skipped " + count + ": " + reason));
    out.println(passed + " passed, " + failed + " failed, " + skipped + " skipped");
    out.flush();
  }

  int passed() {
    return passed;
  }

  int failed() {
    return failed;
  }

  int skipped() {
    return skipped;
  }
}
