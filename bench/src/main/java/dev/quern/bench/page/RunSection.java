package dev.quern.bench.page;

import dev.quern.bench.result.Machine;
import dev.quern.bench.result.Quiet;
import dev.quern.bench.result.Quiet.Change;
import dev.quern.bench.result.Run;
import dev.quern.bench.result.Settings;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is said of a run as a whole: a sentence, a warning, the machine. */
final class RunSection {
  private static final int MINUTE = "2026-11-21T09:30".length();

  private RunSection() {}

  /** The minute it began, as far as the file has it. */
  static String date(Run run) {
    String date = run.date();
    return date.length() > MINUTE ? date.substring(0, MINUTE).replace('T', ' ') + " UTC" : date;
  }

  /** The run in a sentence. */
  static Element summary(Run run) {
    Machine machine = run.machine();
    String devices =
        run.devices().stream()
            .map(device -> device.device().id())
            .collect(Collectors.joining(", "));
    return Element.of("p", "summary")
        .add(Element.of("b").add(devices.isEmpty() ? "No device" : devices))
        .add(
            " on %s with %s, %s, commit %s: %s, %s."
                .formatted(
                    known(machine.cpu()),
                    Numbers.count(machine.processors(), "processor", "processors"),
                    date(run),
                    known(machine.commit()),
                    Numbers.count(run.size(), "case", "cases"),
                    quiet(run.quiet())))
        .add(failures(run));
  }

  private static Element failures(Run run) {
    return run.failures() == 0
        ? Element.of("span")
        : Element.of("b", "bad").add(" " + run.failures() + " failed.");
  }

  private static String quiet(Quiet quiet) {
    if (quiet.disturbance() != null) {
      return "on a machine that was not quiet";
    }
    return quiet.others() == null && quiet.peak().before() == null
        ? "and nobody watched whether the machine was quiet"
        : "on a quiet machine";
  }

  /** What to keep in mind before reading any number; empty if nothing. */
  static Element warnings(Run run) {
    Element warnings = Element.of("div");
    String disturbance = run.quiet().disturbance();
    if (disturbance != null) {
      warnings.add(
          Element.of("p", "alert")
              .add(Element.of("b").add("Disturbed: "))
              .add(disturbance + ". These numbers deserve doubt."));
    }
    if (!run.complete()) {
      warnings.add(
          Element.of("p", "alert")
              .add(Element.of("b").add("Not complete: "))
              .add("the run ended before all cases were measured."));
    }
    return warnings;
  }

  /** The machine and how the run was asked for. */
  static Element machine(Run run) {
    Machine machine = run.machine();
    Settings settings = run.settings();
    Element list = Element.of("dl");
    line(list, "processor", known(machine.cpu()) + clock(machine));
    line(list, "used", Numbers.count(machine.processors(), "processor", "processors"));
    line(list, "system", machine.system() + ", " + machine.architecture());
    line(list, "Java", machine.java() + ", " + machine.javaVendor());
    if (!machine.javaFlags().isEmpty()) {
      line(list, "its flags", flags(machine));
    }
    line(list, "commit", known(machine.commit()));
    line(list, "begun", "%s, for %s s".formatted(date(run), Numbers.whole(run.seconds())));
    line(list, "products in", settings.precision());
    line(
        list,
        "cases",
        "%s, at most %s s each".formatted(cases(settings), Numbers.tenths(settings.seconds())));
    line(list, "peak", change(run.quiet().peak(), "GFLOP/s"));
    line(list, "memory", change(run.quiet().memory(), "GB/s"));
    line(list, "a line of memory", handOver(run.quiet()));
    line(list, "integers", issued(run.quiet()));
    Double others = run.quiet().others();
    line(list, "other work", others == null ? "" : Numbers.percent(others) + " of all processors");
    return list;
  }

  private static String cases(Settings settings) {
    String list = settings.quick() ? "the short list" : "the whole list";
    return settings.pattern() == null ? list : "those like '" + settings.pattern() + "' of " + list;
  }

  private static String clock(Machine machine) {
    return machine.clock() == null ? "" : ", " + Numbers.whole(machine.clock()) + " MHz";
  }

  private static String change(Change change, String unit) {
    if (change.before() == null) {
      return "";
    }
    String before = Numbers.rounded(change.before()) + " " + unit + " before";
    return change.after() == null
        ? before
        : before + ", " + Numbers.rounded(change.after()) + " after";
  }

  private static String handOver(Quiet quiet) {
    String nanos = range(quiet.best().handOver(), quiet.worst().handOver());
    return nanos.isEmpty() ? "" : nanos + " ns from one processor to the next";
  }

  private static String issued(Quiet quiet) {
    String rates = range(quiet.worst().issued(), quiet.best().issued());
    return rates.isEmpty() ? "" : rates + " G operations/s";
  }

  private static String range(@Nullable Double least, @Nullable Double most) {
    if (least == null || most == null) {
      return "";
    }
    String from = Numbers.whole(least);
    String to = Numbers.whole(most);
    return from.equals(to) ? from : from + " to " + to;
  }

  /** Each flag on a line of its own where they do not fit in one. */
  private static Element flags(Machine machine) {
    Element flags = Element.of("dd", "flags");
    for (String flag : machine.javaFlags()) {
      flags.add(Element.of("span").add(flag)).add(" ");
    }
    return flags;
  }

  private static void line(Element list, String name, String value) {
    if (!value.isEmpty()) {
      line(list, name, Element.of("dd").add(value));
    }
  }

  private static void line(Element list, String name, Element value) {
    list.add(Element.of("div").add(Element.of("dt").add(name)).add(value));
  }

  private static String known(@Nullable String text) {
    return Objects.requireNonNullElse(text, "unknown");
  }
}
