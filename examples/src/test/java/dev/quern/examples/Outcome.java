package dev.quern.examples;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** What a command line left behind. */
record Outcome(int code, String out, String err) {

  /** Runs {@code quern} in this process. */
  static Outcome of(String... arguments) {
    return run(Main.commandLine(arguments), arguments);
  }

  static Outcome run(CommandLine command, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        command
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(arguments);
    return new Outcome(code, out.toString(), err.toString());
  }
}
