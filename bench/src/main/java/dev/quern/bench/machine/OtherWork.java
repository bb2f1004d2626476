package dev.quern.bench.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How much of the processors' time goes to others from now on: to processes that are neither this
 * one nor started by it, and to other guests of the same host. From Linux's {@code /proc/stat}.
 */
public final class OtherWork {
  private static final Path STAT = Path.of("/proc/stat");
  private static final Path OWN_STAT = Path.of("/proc/self/stat");

  /** Behind the name: user, system, and the same of children that were waited for. */
  private static final int USER = 11;

  /** What {@code /proc/stat} counts in, on all machines that Java runs on. */
  private static final double TICKS_A_SECOND = 100;

  /** Ticks are too coarse to say anything about less. */
  private static final double LEAST_SECONDS = 1;

  /** Columns of {@code /proc/stat}: user, nice, system, idle, iowait, irq, softirq, steal. */
  private static final int COLUMNS = 8;

  private static final int IDLE = 3;
  private static final int WAITING = 4;

  private final @Nullable Times begun = Times.now();

  /** Seconds of all processors together. */
  private record Times(double all, double busy, double own) {

    static @Nullable Times now() {
      try (Stream<String> lines = Files.lines(STAT)) {
        String[] columns = lines.findFirst().orElse("").strip().split(" +");
        double all = 0;
        double busy = 0;
        for (int i = 0; i < COLUMNS; i++) {
          double seconds = Long.parseLong(columns[i + 1]) / TICKS_A_SECOND;
          all += seconds;
          busy += i == IDLE || i == WAITING ? 0 : seconds;
        }
        return new Times(all, busy, ofThisProcess());
      } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
        return null; // another system than Linux
      }
    }

    /** Of this process, of the children that have ended, and of those that are there. */
    private static double ofThisProcess() throws IOException {
      String line = Files.readString(OWN_STAT);
      String[] columns = line.substring(line.lastIndexOf(')') + 2).split(" ");
      double seconds = 0;
      for (int i = USER; i < USER + 4; i++) {
        seconds += Long.parseLong(columns[i]) / TICKS_A_SECOND;
      }
      try (Stream<ProcessHandle> children = ProcessHandle.current().descendants()) {
        return seconds
            + children
                .mapToDouble(
                    child -> child.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9)
                .sum();
      }
    }
  }

  /** Others' part of all processor time so far; null if not known, or if it is too early to say. */
  public @Nullable Double share() {
    Times now = Times.now();
    if (begun == null || now == null) {
      return null;
    }
    double all = now.all - begun.all;
    double others = now.busy - begun.busy - (now.own - begun.own);
    return all < LEAST_SECONDS * Runtime.getRuntime().availableProcessors()
        ? null
        : Math.clamp(others / all, 0, 1);
  }
}
