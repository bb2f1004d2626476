package dev.quern.jmh;

import dev.quern.bench.KernelHarness;
import dev.quern.core.ComputeException;
import dev.quern.core.Detection;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs {@link KernelBenchmark} and {@link CallBenchmark} case by case, so that one that fails stops
 * no other and what is known is in the file at any time. What JMH says meanwhile goes to standard
 * error, its table to the order's own output.
 */
public final class JmhHarness implements KernelHarness {
  private static final TimeValue QUICK = TimeValue.milliseconds(200);
  private static final Pattern WORD = Pattern.compile(" (\\w)");

  private final UnaryOperator<ChainedOptionsBuilder> pace;

  /** For {@link java.util.ServiceLoader}: with the times that the benchmarks name. */
  public JmhHarness() {
    this(options -> options);
  }

  /** With other times. */
  JmhHarness(UnaryOperator<ChainedOptionsBuilder> pace) {
    this.pace = pace;
  }

  @Override
  public List<String> ownCases() {
    return CallBenchmark.CASES;
  }

  @Override
  public int measure(Order order) {
    List<RunResult> results = new ArrayList<>();
    int failures = 0;
    for (String name : order.cases()) {
      try {
        results.addAll(new Runner(options(order, name), Progress.to(System.err)).run());
      } catch (RunnerException | ComputeException e) {
        failures++;
        report(order.err(), name, cause(e));
      }
      order.json().write(text(ResultFormatType.JSON, results));
    }
    if (!results.isEmpty()) {
      order.out().print(text(ResultFormatType.TEXT, results));
      order.out().flush();
    }
    return failures;
  }

  private Options options(Order order, String name) {
    ChainedOptionsBuilder options =
        new OptionsBuilder().shouldFailOnError(true).jvmArgs(forkArguments());
    if (CallBenchmark.CASES.contains(name)) {
      options
          .include(Pattern.quote(CallBenchmark.class.getName() + "." + method(name)) + "$")
          .param("libraries", libraries());
    } else {
      options
          .include(Pattern.quote(KernelBenchmark.class.getName() + ".run") + "$")
          .param("kernel", name)
          .param("device", order.device())
          .param("precision", order.precision().name());
    }
    if (order.quick()) {
      options.forks(1).warmupIterations(2).warmupTime(QUICK);
      options.measurementIterations(3).measurementTime(QUICK);
    }
    return pace.apply(options).build();
  }

  /** {@code call/launch jni} is {@code launchJni}. */
  private static String method(String name) {
    return WORD.matcher(name.substring("call/".length()))
        .replaceAll(found -> Matcher.quoteReplacement(found.group(1).toUpperCase(Locale.ROOT)));
  }

  /** NVIDIA's where there is a GPU for them. */
  private static String libraries() {
    boolean gpu =
        Detection.detect("cuda").devices().stream()
            .anyMatch(found -> found.info().backend().equals("cuda"));
    if (!gpu) {
      StubLibraries.requireGcc();
    }
    return gpu ? CallBenchmark.INSTALLED : CallBenchmark.STUB;
  }

  /** This process's, but for the archive of classes, which is of others, and what silences it. */
  private static String[] forkArguments() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(
            argument ->
                !argument.startsWith("-XX:SharedArchiveFile") && !argument.startsWith("-Xlog"))
        .toArray(String[]::new);
  }

  private static String text(ResultFormatType type, List<RunResult> results) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream stream = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
      ResultFormatFactory.getInstance(type, stream).writeOut(results);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** A sentence, and where it happened only if it may be a bug. */
  private static void report(PrintWriter err, String name, Throwable cause) {
    if (cause instanceof ComputeException) {
      err.println(name + ": " + cause.getMessage());
    } else {
      err.println(name + ":");
      cause.printStackTrace(err);
    }
    err.flush();
  }

  /**
   * What was wrong, in the fork as a rule: JMH wraps it, and keeps it among what was suppressed.
   */
  private static Throwable cause(Throwable failure) {
    if (failure instanceof ComputeException) {
      return failure;
    }
    if (failure.getCause() != null) {
      return cause(failure.getCause());
    }
    return failure.getSuppressed().length == 0 ? failure : cause(failure.getSuppressed()[0]);
  }
}
