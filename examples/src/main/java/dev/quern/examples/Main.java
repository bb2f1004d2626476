package dev.quern.examples;

import dev.quern.core.ComputeException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/**
 * The {@code quern} command. Results go to standard output, everything else to standard error. Exit
 * codes: 0 done, 1 ran and failed, 2 wrong usage, 130 interrupted.
 */
@Command(
    name = "quern",
    description = "Compute kernels for Java: devices, checks, and the MNIST network.",
    mixinStandardHelpOptions = true,
    version = "quern 0.1.0-SNAPSHOT",
    subcommands = {
      DevicesCommand.class,
      DoctorCommand.class,
      MnistCommand.class
    })
public final class Main {
  private Main() {}

  /** Runs a command line and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The command line, ready to execute; for tests. */
  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Main::wrongUsage)
        .setExecutionExceptionHandler((e, command, parsed) -> failed(e, command));
  }

  private static int wrongUsage(ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("quern: " + e.getMessage());
    err.println("See '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return CommandLine.ExitCode.USAGE;
  }

  private static int failed(Exception e, CommandLine command) {
    PrintWriter err = command.getErr();
    String sentence = sentence(e);
    if (sentence == null) {
      err.println("quern: this is a bug, please report it with what follows");
      e.printStackTrace(err);
    } else {
      err.println("quern: " + sentence);
      if (Boolean.getBoolean("quern.verbose")) {
        e.printStackTrace(err);
      }
    }
    return CommandLine.ExitCode.SOFTWARE;
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
