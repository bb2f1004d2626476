package dev.quern.bench;

import dev.quern.bench.result.Ceilings;
import dev.quern.bench.result.Ceilings.Level;
import dev.quern.bench.result.Measurement;
import dev.quern.bench.result.Result;
import java.util.List;

/**
 * Ceilings where none can be measured apart: operations by the best matrix product so far, bytes by
 * the device's own copy. Both come first in the list, so that what comes after can be compared.
 */
final class SeenCeilings {
  private SeenCeilings() {}

  /** The ceilings with one more result seen. */
  static Ceilings raised(Ceilings known, Result result) {
    Measurement m = result.measurement();
    if (m == null) {
      return known;
    }
    return switch (result.group()) {
      case "gemm" -> {
        double before = known.gflops() == null ? 0 : known.gflops();
        yield new Ceilings(Math.max(before, m.gflops()), known.levels());
      }
      case "copy" -> {
        double before = known.levels().isEmpty() ? 0 : known.levels().getLast().gigabytes();
        double now = Math.max(before, m.gigabytes());
        yield new Ceilings(
            known.gflops(), List.of(new Level("memory", Double.POSITIVE_INFINITY, now)));
      }
      default -> known;
    };
  }
}
