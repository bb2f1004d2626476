package dev.quern.examples;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** Time since the operating system started this process, the launcher included. */
final class ProcessClock {
  /** Ticks of a second, in which Linux counts for programs (USER_HZ). */
  private static final double TICKS = 100;

  /** Place of {@code starttime} in {@code /proc/self/stat} behind the name; see proc(5). */
  private static final int START_TIME = 19;

  private ProcessClock() {}

  /**
   * Both times count from when the machine started. {@link ProcessHandle} gives a date instead,
   * which is up to a second wrong, since Linux tells that of the machine's start in whole seconds.
   */
  static double secondsSinceStart() {
    try {
      String uptime = Files.readString(Path.of("/proc/uptime"));
      return sinceStart(uptime, Files.readString(Path.of("/proc/self/stat")));
    } catch (IOException e) {
      return ManagementFactory.getRuntimeMXBean().getUptime() / 1e3; // another operating system
    }
  }

  /** From the texts of {@code /proc/uptime} and {@code /proc/self/stat}. */
  static double sinceStart(String uptime, String stat) {
    String[] behindName = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    double now = Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')));
    return (Math.round(now * TICKS) - Long.parseLong(behindName[START_TIME])) / TICKS;
  }
}
