package dev.quern.jmh;

import java.io.PrintStream;
import java.lang.reflect.Proxy;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * What JMH says while it runs, in its own words, but for two things: its closing ones, which would
 * come after every case, and what failed, of which the harness makes a sentence.
 */
final class Progress {
  /** How JMH begins to tell of a failure, stack and all. */
  private static final String FAILURE = "<failure>";

  private Progress() {}

  /** A format for JMH's runner. */
  static OutputFormat to(PrintStream stream) {
    OutputFormat said = OutputFormatFactory.createFormatInstance(stream, VerboseMode.NORMAL);
    return (OutputFormat)
        Proxy.newProxyInstance(
            Progress.class.getClassLoader(),
            new Class<?>[] {OutputFormat.class},
            (proxy, method, arguments) -> {
              boolean failure =
                  arguments != null
                      && arguments[0] instanceof String text
                      && text.startsWith(FAILURE);
              return failure || method.getName().equals("endRun")
                  ? null
                  : method.invoke(said, arguments);
            });
  }
}
