package dev.quern.bench;

import dev.quern.bench.machine.CpuRoof;
import dev.quern.bench.report.Comparison;
import dev.quern.bench.report.KeptRuns;
import dev.quern.bench.report.RunFile;
import dev.quern.bench.result.Ceilings;
import dev.quern.bench.result.Quiet;
import dev.quern.bench.result.Run;
import dev.quern.bench.result.Settings;
import dev.quern.core.AvailableDevice;
import dev.quern.core.DeviceInfo;
import dev.quern.train.Network;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures kernels and training steps on devices, and shows what was measured before. */
@Command(
    name = "bench",
    description = "Measures kernels and training steps, beside what the device can do at most.",
    mixinStandardHelpOptions = true)
public final class BenchCommand implements Callable<Integer> {
  private final Supplier<Network> network;

  @Spec private CommandSpec command;

  @Mixin private final Selection selection = new Selection();

  @Mixin private final Outputs outputs = new Outputs();

  @Option(names = "--list", description = "The names of the cases, and nothing measured.")
  private boolean list;

  @Option(
      names = "--jmh",
      paramLabel = "FILE",
      description =
          "Kernels alone, timed by JMH in processes of their own, on the cpu if no device is named;"
              + " file for its JSON. --case call/: what a call costs through JNI and as a foreign"
              + " function.")
  private @Nullable Path jmh;

  @Option(
      names = "--from",
      arity = "1..*",
      paramLabel = "FILE",
      description = "Measures nothing; writes --html, --csv, --markdown from what --json wrote.")
  private List<Path> from = List.of();

  @Option(
      names = "--compare",
      arity = "2",
      paramLabel = "FILE",
      description = "Measures nothing; says what became faster or slower from one to the other.")
  private List<Path> compare = List.of();

  /**
   * For the command line, which fills in the options.
   *
   * @param network makes the MNIST network
   */
  public BenchCommand(Supplier<Network> network) {
    this.network = network;
  }

  @Override
  public Integer call() {
    selection.check();
    outputs.check();
    PrintWriter out = command.commandLine().getOut();
    if (!compare.isEmpty()) {
      return Comparison.of(RunFile.read(compare.getFirst()), RunFile.read(compare.getLast()))
          .print(out);
    }
    if (!from.isEmpty()) {
      return redraw();
    }
    if (jmh != null) {
      return withHarness(jmh);
    }
    List<AvailableDevice> devices = selection.devices();
    Set<String> wanted = selection.wanted(devices);
    if (list) {
      return names(wanted);
    }
    return measure(devices, wanted);
  }

  private int redraw() {
    if (!outputs.wanted() || outputs.wantsJson()) {
      throw new ParameterException(
          command.commandLine(), "--from needs --html, --csv or --markdown: what to write");
    }
    outputs.write(from.stream().flatMap(path -> KeptRuns.read(path).stream()).toList());
    return 0;
  }

  private int withHarness(Path results) {
    if (outputs.wanted() || selection.timesItself()) {
      throw new ParameterException(
          command.commandLine(),
          "--jmh writes JMH's own file and takes JMH's time: it goes without other files, --seconds"
              + " and --limit");
    }
    if (selection.growth()) {
      throw new ParameterException(
          command.commandLine(),
          "--growth measures networks, too, which JMH does not: without --jmh");
    }
    CommandLine line = command.commandLine();
    AvailableDevice device = selection.oneDevice();
    HarnessRun run =
        new HarnessRun(results, selection.problems(device.info().kind()), selection.patternText());
    if (list) {
      return names(run.cases());
    }
    return run.measure(
                device.info().id(),
                selection.precision(),
                selection.quick(),
                line.getOut(),
                line.getErr())
            == 0
        ? 0
        : 1;
  }

  private int names(Collection<String> names) {
    names.forEach(command.commandLine().getOut()::println);
    command.commandLine().getOut().flush();
    return 0;
  }

  private int measure(List<AvailableDevice> devices, Set<String> wanted) {
    boolean processors = // with no time at all, it is only to be seen that it works
        selection.seconds() > 0
            && devices.stream().anyMatch(device -> device.info().kind() == DeviceInfo.Kind.CPU);
    Journal journal =
        new Journal(
            new Settings(
                selection.precisionName(),
                selection.seconds(),
                selection.quick(),
                selection.pattern(),
                selection.withPeers()),
            processors ? CpuRoof.measure() : Ceilings.UNKNOWN);
    PrintWriter out = command.commandLine().getOut();
    Runnable save = () -> outputs.save(journal.run(false));
    Thread interrupted = new Thread(() -> leave(journal));
    Runtime.getRuntime().addShutdownHook(interrupted);
    try {
      int leftOut = new Campaign(selection, network, journal, out, save).run(devices, wanted);
      journal.end();
      Run run = journal.run(leftOut == 0);
      outputs.write(List.of(run));
      return verdict(run, leftOut);
    } finally {
      forget(interrupted);
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // the process is ending, and the hook is at work
    }
  }

  /** Told to end, it leaves what it knows. */
  private void leave(Journal journal) {
    outputs.write(List.of(journal.run(false)));
    PrintWriter err = command.commandLine().getErr();
    err.println(
        outputs.wanted()
            ? "quern: interrupted; what was measured so far is written"
            : "quern: interrupted; give --json or --html to keep what was measured");
    err.flush();
  }

  private static String near(Quiet quiet) {
    return quiet.best().handOver() == null
        ? ""
        : ", a line of memory took %.0f ns from one processor to the next"
            .formatted(quiet.best().handOver());
  }

  private int verdict(Run run, int leftOut) {
    PrintWriter out = command.commandLine().getOut();
    String disturbance = run.quiet().disturbance();
    out.printf(
        Locale.ROOT,
        "%n%d measured, %d failed%s in %.0f s; %s%n",
        run.size() - run.failures(),
        run.failures(),
        leftOut == 0 ? "" : ", " + leftOut + " left out for want of time",
        run.seconds(),
        disturbance == null
            ? "the machine was quiet" + near(run.quiet())
            : "DISTURBED: " + disturbance);
    out.flush();
    return run.failures() == 0 ? 0 : 1;
  }
}
