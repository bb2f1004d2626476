package dev.quern.bench;

import dev.quern.bench.result.Ceilings;
import dev.quern.bench.result.Ceilings.Level;
import dev.quern.bench.result.Measurement;
import dev.quern.bench.result.Result;
import java.util.ArrayList;
import java.util.List;

/**
 * Ceilings as far as results show them: operations by the best matrix product, bytes by the
 * device's own copy, both of which come first in the list. They stand in where none can be measured
 * apart, and raise one that was: a copy may go past the caches, which ours does not.
 */
final class SeenCeilings {
  private static final Level NOTHING = new Level("memory", Double.POSITIVE_INFINITY, 0);

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
      case "copy" -> new Ceilings(known.gflops(), raised(known.levels(), m.gigabytes()));
      default -> known;
    };
  }

  private static List<Level> raised(List<Level> known, double gigabytes) {
    List<Level> levels = new ArrayList<>(known);
    Level memory = levels.isEmpty() ? NOTHING : levels.removeLast();
    levels.add(new Level(memory.name(), memory.bytes(), Math.max(memory.gigabytes(), gigabytes)));
    return levels;
  }
}
