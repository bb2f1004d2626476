package dev.quern.examples;

import java.time.Duration;
import java.time.Instant;

/** Time since the operating system started this process, the launcher included. */
final class ProcessClock {
  private ProcessClock() {}

  static double secondsSinceStart() {
    Instant now = Instant.now();
    Instant start = ProcessHandle.current().info().startInstant().orElse(now);
    return Duration.between(start, now).toMillis() / 1000.0;
  }
}
