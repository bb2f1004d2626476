package dev.quern.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.bench.BenchCommand;
import dev.quern.bench.KernelHarness;
import dev.quern.bench.report.OutputFile;
import dev.quern.kernels.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine;
import tools.jackson.jr.ob.JSON;

/** JMH itself, forks included, with as little time as can be. */
class JmhHarnessTest {
  private static final String SMALL = "gemm/NNm32n10k128+BIAS forward";
  private static final String LIBRARIES = "quern.cuda.libraries";

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int bench(String... arguments) {
    return new CommandLine(
            new BenchCommand(
                () -> {
                  throw new AssertionError("kernels need no network");
                }))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (e, command, parsed) -> {
              command.getErr().println(e.getMessage());
              return 1;
            })
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private int measure(int forks, Path json, String... cases) {
    return new JmhHarness(
            options ->
                options
                    .forks(forks)
                    .warmupIterations(0)
                    .measurementIterations(1)
                    .measurementTime(TimeValue.milliseconds(10)))
        .measure(
            new KernelHarness.Order(
                List.of(cases),
                "cpu",
                Precision.FP32,
                false,
                new OutputFile("--jmh", json),
                new PrintWriter(out, true),
                new PrintWriter(err, true)));
  }

  /** What the viewers of JMH's files read. */
  private static void isComplete(Map<String, Object> result, int forks, String unit) {
    assertThat(result)
        .containsEntry("mode", "avgt")
        .containsEntry("forks", forks)
        .containsKeys("jmhVersion", "benchmark", "threads", "params", "secondaryMetrics");
    assertThat(result.get("primaryMetric"))
        .isInstanceOfSatisfying(
            Map.class,
            metric -> {
              assertThat((Double) metric.get("score")).isPositive();
              assertThat(metric.get("scoreUnit")).isEqualTo(unit);
              assertThat((List<?>) metric.get("rawData")).hasSize(Math.max(1, forks));
            });
  }

  private static List<Map<String, Object>> results(Path json) throws IOException {
    return JSON.std.listOfFrom(Object.class, Files.readString(json)).stream()
        .map(JmhHarnessTest::object)
        .toList();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(Object value) {
    return (Map<String, Object>) value;
  }

  @Test
  void aKernelInAProcessOfItsOwn() throws IOException {
    Path json = folder.resolve("jmh.json");
    int code = bench("--device", "cpu", "--quick", "--case", SMALL, "--jmh", json.toString());
    assertThat(code).as("%s", err).isZero();
    assertThat(out.toString()).contains(SMALL, "us/op", "1 measured, 0 failed in ");
    List<Map<String, Object>> results = results(json);
    assertThat(results).hasSize(1);
    isComplete(results.getFirst(), 1, "us/op");
    assertThat(results.getFirst())
        .containsEntry("benchmark", "dev.quern.jmh.KernelBenchmark.run")
        .containsEntry("params", Map.of("kernel", SMALL, "device", "cpu", "precision", "FP32"));
    assertThat(folder.toFile().list()).containsExactly("jmh.json");
  }

  @Test
  void callsBothWays() throws IOException {
    assumeTrue(StubLibraries.gccIsHere(), "NOT TESTED: gcc is not on the path");
    Path json = folder.resolve("jmh.json");
    int failures;
    try {
      failures = measure(0, json, CallBenchmark.CASES.toArray(String[]::new));
    } finally {
      System.clearProperty(LIBRARIES);
    }
    assertThat(failures).as("%s", err).isZero();
    List<Map<String, Object>> results = results(json);
    results.forEach(result -> isComplete(result, 0, "ns/op"));
    assertThat(results)
        .extracting(result -> result.get("benchmark"))
        .containsExactly(
            "dev.quern.jmh.CallBenchmark.contextJni",
            "dev.quern.jmh.CallBenchmark.contextForeign",
            "dev.quern.jmh.CallBenchmark.launchJni",
            "dev.quern.jmh.CallBenchmark.launchJniArray",
            "dev.quern.jmh.CallBenchmark.launchForeign",
            "dev.quern.jmh.CallBenchmark.gemmJni",
            "dev.quern.jmh.CallBenchmark.gemmForeign");
  }

  @Test
  void whatFailsIsASentenceAndTheNextOneComes() throws IOException {
    Path json = folder.resolve("jmh.json");
    int failures = measure(1, json, "gemm/none", SMALL);
    assertThat(failures).isEqualTo(1);
    assertThat(err)
        .hasToString(
            "gemm/none: no kernel is named 'gemm/none' in FP32 for cpu; quern bench --list gives"
                + " the names"
                + System.lineSeparator());
    assertThat(results(json)).hasSize(1);
  }

  @Test
  void jmhsOwnCommandLine() throws IOException {
    Path json = folder.resolve("own.json");
    org.openjdk.jmh.Main.main(
        new String[] {
          "KernelBenchmark",
          "-p",
          "kernel=" + SMALL,
          "-f",
          "0",
          "-wi",
          "0",
          "-i",
          "1",
          "-r",
          "10ms",
          "-v",
          "SILENT",
          "-rf",
          "json",
          "-rff",
          json.toString()
        });
    List<Map<String, Object>> results = results(json);
    assertThat(results).hasSize(1);
    isComplete(results.getFirst(), 0, "us/op");
  }

  @Test
  void namesAreThoseOfKernelsAndCalls() {
    String file = folder.resolve("jmh.json").toString();
    assertThat(bench("--device", "cpu", "--list", "--jmh", file, "--case", "-step")).isEqualTo(1);
    assertThat(err.toString()).startsWith("no case is named '-step' or contains it");
    assertThat(bench("--device", "cpu", "--list", "--jmh", file, "--case", "call/gemm")).isZero();
    assertThat(out.toString().lines()).containsExactly("call/gemm jni", "call/gemm foreign");
    assertThat(folder).isEmptyDirectory();
  }
}
