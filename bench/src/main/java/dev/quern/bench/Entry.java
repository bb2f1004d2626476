package dev.quern.bench;

import dev.quern.bench.peers.Problem;
import dev.quern.bench.result.Result;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Something to measure, which has one line for each of its passes. */
interface Entry {

  /** The names of its lines. */
  List<String> names();

  /** What a line measures, if others may measure it, too; else null. */
  default @Nullable Problem problem(String line) {
    return null;
  }

  /**
   * Measures some of its lines. An error is a result, too: nothing is thrown.
   *
   * @param conditions on which device, and how long
   * @param wanted the names of the lines
   * @param results receives a result for each
   */
  void measure(Conditions conditions, Set<String> wanted, Consumer<Result> results);
}
