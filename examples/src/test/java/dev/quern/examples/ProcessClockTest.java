package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

final class ProcessClockTest {

  @Test
  void countsFromTheStartThatLinuxTells() {
    String stat =
        "77 (a (b) c) S 1 77 77 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 30 0 123456 9 10 11 12 13 14";

    assertThat(ProcessClock.sinceStart("1236.06 4000.00\n", stat)).isCloseTo(1.5, within(1e-9));
  }

  @Test
  void agreesWithJavasClock() {
    double java = ManagementFactory.getRuntimeMXBean().getUptime() / 1e3;

    // Java's begins when it has read its options, some hundredths of a second later.
    assertThat(ProcessClock.secondsSinceStart()).isBetween(java - 0.02, java + 0.5);
  }
}
