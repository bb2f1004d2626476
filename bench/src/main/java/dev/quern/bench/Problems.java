package dev.quern.bench;

import dev.quern.bench.peers.Problem;
import dev.quern.core.DeviceInfo;
import dev.quern.kernels.Precision;
import dev.quern.train.Sequential;
import java.util.Optional;

/** Finds the problem that a line of the benchmark measures. */
public final class Problems {
  private Problems() {}

  /** The problem of a line, if there is such a line and it measures one that others have, too. */
  public static Optional<Problem> named(String line) {
    for (DeviceInfo.Kind kind : DeviceInfo.Kind.values()) {
      for (Entry entry : Suite.all(kind, Precision.FP32, Problems::noNetwork)) {
        Problem problem = entry.problem(line);
        if (problem != null) {
          return Optional.of(problem);
        }
      }
    }
    return Optional.empty();
  }

  private static Sequential noNetwork() {
    throw new IllegalStateException("the entries are asked for their names alone");
  }
}
