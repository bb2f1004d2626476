package dev.quern.examples.check;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/**
 * What the command said, on the CPU.
 *
 * @param exitCode 0, 1 or 2
 * @param out standard output
 * @param error message of the exception that ended it, or empty
 */
record Verdict(int exitCode, String out, String error) {

  /** Runs the command line. */
  static Verdict of(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter error = new StringWriter();
    List<String> all = new ArrayList<>(List.of("--device", "cpu"));
    all.addAll(List.of(arguments));
    CommandLine command =
        new CommandLine(new CheckCommand())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(new StringWriter()))
            .setExecutionExceptionHandler(
                (e, line, parsed) -> {
                  error.append(e.getMessage());
                  return CommandLine.ExitCode.SOFTWARE;
                });
    int exitCode = command.execute(all.toArray(new String[0]));
    return new Verdict(exitCode, out.toString(), error.toString());
  }

  static Verdict of(String option, Path folder) {
    return of(option, folder.toString());
  }

  /** The line that scripts read. */
  String lastLine() {
    return out.lines().reduce("", (before, line) -> line);
  }
}
