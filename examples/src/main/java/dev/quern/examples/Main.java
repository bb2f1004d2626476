package dev.quern.examples;

import dev.quern.bench.BenchCommand;
import dev.quern.core.ComputeException;
import dev.quern.core.OutOfDeviceMemoryException;
import dev.quern.examples.check.CheckCommand;
import dev.quern.examples.check.ConformanceCommand;
import dev.quern.train.data.FileErrors;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code quern} command. Results go to standard output, everything else to standard error. Exit
 * codes: 0 done, 1 ran and failed, 2 wrong usage, 130 interrupted.
 */
@Command(
    name = "quern",
    description = "Compute kernels for Java: devices, checks, and the MNIST network.",
    mixinStandardHelpOptions = true,
    version = "quern 0.1.0-SNAPSHOT",
    footer = {
      "",
      "In a source tree, './quern bundle' packs all this with a Java runtime, for hosts without"
          + " one."
    })
public final class Main implements Runnable {
  private static final List<String> COMMANDS =
      List.of(
          "devices",
          "doctor",
          "mnist",
          "predict",
          "evaluate",
          "summary",
          "example",
          "check",
          "conformance",
          "tune",
          "bench");

  private static final String VERBOSE = "--verbose";

  @Spec private CommandSpec command;

  private Main() {}

  /** Without a command there is nothing to do. */
  @Override
  public void run() {
    throw new ParameterException(
        command.commandLine(), "name a command: " + String.join(", ", COMMANDS));
  }

  /** Runs a command line and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(commandLine(arguments).execute(arguments));
  }

  /**
   * The command line, ready to execute. Where the first argument is a command, it is the only one:
   * reading what all of them take costs more than a tenth of a second.
   */
  static CommandLine commandLine(String... arguments) {
    CommandLine quern = new CommandLine(new Main());
    boolean named = arguments.length > 0 && COMMANDS.contains(arguments[0]);
    for (String name : named ? List.of(arguments[0]) : COMMANDS) {
      quern.addSubcommand(command(name));
    }
    takeVerbose(quern.getCommandSpec());
    quern.getSubcommands().values().forEach(command -> takeVerbose(command.getCommandSpec()));
    return quern
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Main::wrongUsage)
        .setExecutionExceptionHandler(Main::failed);
  }

  private static Object command(String name) {
    return switch (name) {
      case "devices" -> new DevicesCommand();
      case "doctor" -> new DoctorCommand();
      case "mnist" -> new MnistCommand();
      case "predict" -> new PredictCommand();
      case "evaluate" -> new EvaluateCommand();
      case "summary" -> new SummaryCommand();
      case "example" -> new ExampleCommand();
      case "check" -> new CheckCommand();
      case "conformance" -> new ConformanceCommand();
      case "tune" -> new TuneCommand();
      case "bench" -> new BenchCommand(MnistCnn::network);
      default -> throw new IllegalArgumentException(name);
    };
  }

  /**
   * Every command takes the option; some say more than where an error came from, and have their
   * own.
   */
  private static void takeVerbose(CommandSpec command) {
    if (command.findOption(VERBOSE) == null) {
      command.addOption(
          OptionSpec.builder("-v", VERBOSE).description("Also where an error came from.").build());
    }
  }

  private static int wrongUsage(ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("quern: " + wrong(e));
    err.println("See '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return CommandLine.ExitCode.USAGE;
  }

  /** What is wrong about a command line, and what may have been meant. */
  private static String wrong(ParameterException e) {
    if (!(e instanceof UnmatchedArgumentException unmatched)) {
      return String.valueOf(e.getMessage());
    }
    String first = unmatched.getUnmatched().getFirst();
    if (unmatched.isUnknownOption()) {
      List<String> close = unmatched.getSuggestions();
      String meant = close.isEmpty() ? "" : "; did you mean " + String.join(" or ", close) + "?";
      return "there is no option '%s'%s".formatted(first, meant);
    }
    return e.getCommandLine().getSubcommands().isEmpty()
        ? "'%s' is one argument too many".formatted(first)
        : "there is no command '%s'; there are %s".formatted(first, String.join(", ", COMMANDS));
  }

  private static int failed(Exception e, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    String sentence = sentence(e);
    if (sentence == null) {
      err.println("quern: this is a bug, please report it with what follows");
      e.printStackTrace(err);
    } else {
      err.println("quern: " + sentence + remedy(e, command));
      if (asksForCauses(parsed)) {
        e.printStackTrace(err);
      }
    }
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** What helps, where a command has an option for it. */
  private static String remedy(Exception e, CommandLine command) {
    boolean smaller =
        e instanceof OutOfDeviceMemoryException
            && command.getCommandSpec().findOption("--batch") != null;
    return smaller ? "; a smaller --batch needs less" : "";
  }

  /** Whether the command, or quern before it, was given the option. */
  private static boolean asksForCauses(ParseResult parsed) {
    return parsed.asCommandLineList().stream()
        .anyMatch(c -> c.getParseResult().hasMatchedOption(VERBOSE));
  }

  /** What to tell the user about an error that is not a bug, or null. */
  private static @Nullable String sentence(Exception e) {
    if (e instanceof UncheckedIOException wrapped && wrapped.getCause() != null) {
      return sentence(wrapped.getCause());
    }
    if (e instanceof ComputeException) {
      return e.getMessage();
    }
    return e instanceof IOException io ? FileErrors.sentence(io) : null;
  }
}
