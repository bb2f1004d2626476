package dev.quern.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.ComputeException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.jr.ob.JSON;

/** The whole command on the CPU, with as little work as can be. */
class BenchCommandTest {
  private static final String SMALL = "gemm/NNm32n10k128+BIAS forward";

  @TempDir private Path folder;

  private record Ended(int code, String out, String err) {}

  private static Ended bench(String... more) {
    List<String> line = new ArrayList<>(List.of(more));
    if (!line.contains("--device")) {
      line.addAll(List.of("--device", "cpu"));
    }
    if (!line.contains("--seconds")) {
      line.addAll(List.of("--seconds", "0"));
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        new CommandLine(new BenchCommand(Networks::small))
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler(
                (e, command, parsed) -> {
                  command.getErr().println(e.getMessage());
                  return 1;
                })
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(line.toArray(String[]::new));
    return new Ended(code, out.toString(), err.toString());
  }

  private static Map<?, ?> object(Map<?, ?> parent, String key) {
    return (Map<?, ?>) Objects.requireNonNull(parent.get(key), key);
  }

  private static List<?> list(Map<?, ?> parent, String key) {
    return (List<?>) Objects.requireNonNull(parent.get(key), key);
  }

  @Test
  void aCaseIsALineAndAnObject() throws IOException {
    Path json = folder.resolve("bench.json");
    Ended outcome = bench("--case", SMALL, "--json", json.toString());
    assertThat(outcome.code()).as(outcome.out() + outcome.err()).isZero();
    assertThat(outcome.err()).isEmpty();
    List<String> lines = outcome.out().lines().toList();
    assertThat(lines).hasSize(6);
    assertThat(lines.get(1)).startsWith("cpu: ");
    assertThat(lines.get(2)).startsWith("CASE ").endsWith("  HOW");
    assertThat(lines.get(3)).startsWith(SMALL + " ").contains(" GB/s ");
    assertThat(lines.get(5)).matches("1 measured, 0 failed in \\d+ s; .*");
    Map<String, Object> run = JSON.std.mapFrom(Files.readString(json));
    assertThat(run)
        .containsOnlyKeys("date", "seconds", "complete", "settings", "machine", "quiet", "devices")
        .containsEntry("complete", true);
    Map<?, ?> device = (Map<?, ?>) list(run, "devices").getFirst();
    assertThat(device.get("id")).isEqualTo("cpu");
    assertThat(object(run, "settings"))
        .asString()
        .startsWith(
            "{precision=fp32, seconds=0.0, quick=false, case=" + SMALL + ", peers=false, warm_up=");
    assertThat(object(run, "machine").get("java")).isEqualTo(Runtime.version().toString());
    assertThat(list(device, "results")).hasSize(1);
    Map<?, ?> result = (Map<?, ?>) list(device, "results").getFirst();
    assertThat(result.get("name")).isEqualTo(SMALL);
    assertThat(result.get("checked")).isEqualTo(true);
    assertThat((Double) object(result, "device").get("median_nanos")).isPositive();
    assertThat(folder.toFile().list()).containsExactly("bench.json");
  }

  /** Every op and every pass: each must run with the buffers that it is given. */
  @Test
  void allKindsOfProblemsAreMeasured() {
    for (String pattern :
        List.of(
            "conv2d/mb32ic1ih28",
            "maxpool2d/mb32ic64ih11",
            "softmax-ce/32x10mean",
            "gather-batch/mb32",
            "adam/",
            "sgd/225034",
            "softmax/32x10",
            "softmax/16384x1024",
            "dropout/51200",
            "bias-add/",
            "train-step/mnist-b128",
            "inference/")) {
      Ended outcome = bench("--case", pattern);
      assertThat(outcome.code()).as(outcome.out() + outcome.err()).isZero();
      assertThat(outcome.out()).contains(" measured, 0 failed in ").doesNotContain("absent");
    }
  }

  @Test
  void sharedProblemsAreMeasuredWhereThatIsAskedFor() {
    String pattern = "relu/17 "; // two passes
    assertThat(bench("--case", pattern).err()).startsWith("no case is named '" + pattern + "'");
    Ended outcome = bench("--shared", "--case", pattern);
    assertThat(outcome.code()).as(outcome.out() + outcome.err()).isZero();
    assertThat(outcome.out()).contains("2 measured, 0 failed in ");
  }

  /** There is no time to speak of, but no error either. */
  @Test
  void nothingToDoCanBeTimed() {
    Ended outcome = bench("--shared", "--case", "relu/0 ");
    assertThat(outcome.code()).as(outcome.out() + outcome.err()).isZero();
  }

  @Test
  void listMeasuresNothing() {
    Ended outcome = bench("--list", "--quick", "--case", "mnist-");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out().lines())
        .containsExactly("train-step/mnist-b32", "inference/mnist-b128");
  }

  @Test
  void growthHasCasesOfItsOwn() {
    Ended outcome = bench("--growth", "--case", "train-step/mnist-b2*");
    assertThat(outcome.code()).as(outcome.out() + outcome.err()).isZero();
    assertThat(outcome.out()).contains("train-step/mnist-b256", "2 measured, 0 failed in ");
    for (String other : List.of("--quick", "--shared")) {
      Ended refused = bench("--growth", other);
      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.err()).contains("leave --quick, --shared and --peers out");
    }
  }

  @Test
  void afterTheLimitNothingBegins() {
    Ended outcome = bench("--limit", "0", "--case", SMALL);
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out()).contains("0 measured, 0 failed, 1 left out for want of time in");
  }

  @Test
  void wrongUsageIsASentence() {
    assertThat(bench("--seconds", "-1").err()).contains("--seconds must be from 0 to 60, but is");
    assertThat(bench("--limit", "-1").code()).isEqualTo(2);
    assertThat(bench("--quick", "--shared").err()).contains("leave --quick out");
    assertThat(bench("--case", "nothing").err()).startsWith("no case is named 'nothing'");
    assertThat(bench("--jmh", folder.resolve("jmh.json").toString(), "--limit", "1").err())
        .contains("--jmh writes JMH's own file")
        .contains("without other files, --seconds and --limit");
    Ended unwritable = bench("--json", folder.toString());
    assertThat(unwritable.code()).isEqualTo(1);
    assertThat(unwritable.err())
        .startsWith("--json " + folder + " cannot be written")
        .hasLineCount(1);
  }

  /** Its module is not on this one's class path. */
  @Test
  void jmhIsAModuleOfItsOwn() {
    assertThatThrownBy(KernelHarness::installed)
        .isInstanceOf(ComputeException.class)
        .hasMessage(
            "JMH is not on the class path: ./quern bench --jmh puts it there in a source tree, and"
                + " a bundle has none");
  }

  /** What one run wrote, others read: drawn again, compared, kept. */
  @Test
  void runsAreDrawnAgainAndCompared() throws IOException {
    Path json = folder.resolve("run.json");
    Path kept = folder.resolve("kept");
    assertThat(bench("--case", SMALL, "--json", json.toString(), "--keep", kept.toString()).code())
        .isZero();
    Path html = folder.resolve("run.html");
    Path csv = folder.resolve("run.csv");
    Ended redrawn =
        bench("--from", json.toString(), "--html", html.toString(), "--csv", csv.toString());
    assertThat(redrawn.code()).as(redrawn.err()).isZero();
    assertThat(Files.readString(html)).contains("NNm32n10k128+BIAS");
    assertThat(Files.readString(csv)).contains("NNm32n10k128+BIAS");
    Path table = folder.resolve("table.md");
    assertThat(bench("--from", kept.toString(), "--markdown", table.toString()).code()).isZero();
    assertThat(table).content().startsWith("<!-- quern bench: begin -->");
    Ended compared = bench("--compare", json.toString(), json.toString());
    assertThat(compared.out()).contains(SMALL).contains("1.00 times as fast").contains("undecided");
    assertThat(compared.code()).isZero();
  }

  @Test
  void whatCannotBeReadOrFoundIsASentence() throws IOException {
    String missing = folder.resolve("none.json").toString();
    assertThat(bench("--from", missing, "--csv", folder.resolve("x.csv").toString()).err())
        .startsWith(missing + " cannot be read: ")
        .hasLineCount(1);
    assertThat(bench("--compare", missing, missing).err()).startsWith(missing + " cannot be read");
    assertThat(bench("--from", missing).err()).contains("--from needs --html, --csv or --markdown");
    assertThat(bench("--from", missing, "--json", missing).err()).contains("--from needs --html");
    Path unmarked = Files.writeString(folder.resolve("no-marks.md"), "text");
    assertThat(bench("--case", SMALL, "--markdown", unmarked.toString()).out()).isEmpty();
    assertThat(bench("--case", SMALL, "--keep", unmarked.toString()).err())
        .startsWith(unmarked + " cannot be made: ");
    assertThat(bench("--peers", "--case", SMALL).err())
        .startsWith("--peers needs the other libraries: ./quern bench --peers builds them");
    assertThat(bench("--device", "abacus:7", "--list").err()).contains("abacus:7").hasLineCount(1);
  }

  /** Without an option, all devices: here the class path has one. */
  @Test
  void allDevicesAreMeasuredIfNoneIsNamed() {
    Ended outcome = bench("--device", "all", "--case", SMALL);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out()).contains("cpu: ").contains("1 measured, 0 failed");
  }
}
