package dev.quern.bench.report;

import dev.quern.bench.result.DeviceRun;
import dev.quern.bench.result.Look;
import dev.quern.bench.result.Machine;
import dev.quern.bench.result.Result;
import dev.quern.bench.result.Run;
import dev.quern.bench.result.Summary;
import dev.quern.train.data.DataException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** What became faster or slower from one run to another, and of what that cannot be said. */
public final class Comparison {
  /** Two runs of the same code on a quiet machine differ by this much. */
  private static final double NOTHING = 0.05;

  /** What can be said of a case. */
  enum Verdict {
    FASTER,
    SLOWER,
    SAME,
    UNDECIDED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A case that both runs have.
   *
   * @param name the device and the case
   * @param ratio the old time over the new one: above 1 it became faster
   * @param doubt how far off the ratio may be, as a share
   * @param disturbed whether the machine could do less in one of the two runs
   */
  record Line(String name, double ratio, double doubt, boolean disturbed) {

    /**
     * Faster or slower by more than nothing with all doubt taken off, or the same with it added.
     */
    Verdict verdict() {
      if (disturbed) {
        return Verdict.UNDECIDED;
      }
      double least = ratio * (1 - doubt);
      double most = ratio * (1 + doubt);
      if (least > 1 + NOTHING) {
        return Verdict.FASTER;
      }
      if (most < 1 - NOTHING) {
        return Verdict.SLOWER;
      }
      return least >= 1 - NOTHING && most <= 1 + NOTHING ? Verdict.SAME : Verdict.UNDECIDED;
    }
  }

  private final List<Line> lines;
  private final List<String> remarks;

  private Comparison(List<Line> lines, List<String> remarks) {
    this.lines = List.copyOf(lines);
    this.remarks = List.copyOf(remarks);
  }

  /**
   * Compares the cases that both runs measured, device by device of the same id.
   *
   * @throws DataException if there are none
   */
  public static Comparison of(Run before, Run after) {
    Map<String, Result> old = measured(before);
    Map<String, Result> now = measured(after);
    boolean here = sameMachine(before.machine(), after.machine());
    List<Line> lines = new ArrayList<>();
    now.forEach(
        (name, result) -> {
          Result earlier = old.get(name);
          if (earlier != null) {
            lines.add(line(name, earlier, result, here));
          }
        });
    if (lines.isEmpty()) {
      throw new DataException("the two runs have no case of the same device in common");
    }
    List<String> remarks = remarks(before, after, old.size(), now.size(), lines.size());
    long disturbed = lines.stream().filter(Line::disturbed).count();
    if (disturbed > 0) {
      remarks.add(
          "%d cases are undecided as the machine could do less when one of the runs measured them"
              .formatted(disturbed));
    }
    return new Comparison(lines, remarks);
  }

  private static Map<String, Result> measured(Run run) {
    Map<String, Result> measured = new LinkedHashMap<>();
    for (DeviceRun device : run.devices()) {
      for (Result result : device.results()) {
        if (result.measurement() != null) {
          measured.put(device.device().id() + " " + result.name(), result);
        }
      }
    }
    return measured;
  }

  private static Line line(String name, Result before, Result after, boolean sameMachine) {
    Summary old = times(before);
    Summary now = times(after);
    return new Line(
        name,
        old.median() / now.median(),
        Math.hypot(doubt(old), doubt(now)),
        sameMachine && differ(before.look(), after.look()));
  }

  private static Summary times(Result result) {
    return Objects.requireNonNull(result.measurement()).times();
  }

  private static boolean differ(Look before, Look after) {
    return before.worseThan(after) != null || after.worseThan(before) != null;
  }

  private static boolean sameMachine(Machine before, Machine after) {
    return Objects.equals(before.cpu(), after.cpu()) && before.processors() == after.processors();
  }

  /** With too few samples for an interval, what lies between the quartiles. */
  private static double doubt(Summary times) {
    return Double.isFinite(times.doubt()) ? times.doubt() : 2 * times.spread();
  }

  private static List<String> remarks(Run before, Run after, int old, int now, int common) {
    List<String> remarks = new ArrayList<>();
    if (!sameMachine(before.machine(), after.machine())) {
      remarks.add(
          "the machines differ: %s with %d processors, then %s with %d"
              .formatted(
                  before.machine().cpu(),
                  before.machine().processors(),
                  after.machine().cpu(),
                  after.machine().processors()));
    }
    disturbed("old", before, remarks);
    disturbed("new", after, remarks);
    if (old > common || now > common) {
      remarks.add(
          "%d cases are in the old run alone, %d in the new one"
              .formatted(old - common, now - common));
    }
    return remarks;
  }

  private static void disturbed(String which, Run run, List<String> remarks) {
    String disturbance = run.quiet().disturbance();
    if (disturbance != null) {
      remarks.add("the " + which + " run was disturbed: " + disturbance);
    }
  }

  List<Line> lines() {
    return lines;
  }

  /** Prints a line a case, what to keep in mind, and how many of each; returns the exit code, 0. */
  public int print(PrintWriter out) {
    int width = lines.stream().mapToInt(line -> line.name().length()).max().orElse(0);
    Map<Verdict, Integer> counts = new LinkedHashMap<>();
    for (Verdict verdict : Verdict.values()) {
      counts.put(verdict, 0);
    }
    for (Line line : lines) {
      counts.merge(line.verdict(), 1, Integer::sum);
      out.printf(
          Locale.ROOT,
          "%-" + width + "s %9s  %.2f times as fast +- %.0f %%%n",
          line.name(),
          line.verdict(),
          line.ratio(),
          100 * line.doubt());
    }
    remarks.forEach(remark -> out.println("note: " + remark));
    out.printf(
        "%d faster, %d slower, %d the same (within %.0f %%), %d undecided%n",
        counts.get(Verdict.FASTER),
        counts.get(Verdict.SLOWER),
        counts.get(Verdict.SAME),
        100 * NOTHING,
        counts.get(Verdict.UNDECIDED));
    out.flush();
    return 0;
  }
}
