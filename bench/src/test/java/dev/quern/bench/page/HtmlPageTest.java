package dev.quern.bench.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.bench.report.OutputFile;
import dev.quern.bench.report.RunFile;
import dev.quern.bench.result.Ceilings;
import dev.quern.bench.result.Look;
import dev.quern.bench.result.Outcome;
import dev.quern.bench.result.Quiet;
import dev.quern.bench.result.Result;
import dev.quern.bench.result.Run;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlPageTest {
  private static final Pattern LINK =
      Pattern.compile("(src|href|xlink:href|data|action)=\"([^\"]*)");
  private static final Ceilings CEILINGS =
      new Ceilings(100.0, List.of(new Ceilings.Level("memory", Double.POSITIVE_INFINITY, 10)));
  private static final Result PRODUCT = MadeUpRun.measured("gemm/a forward", 1e6, 1e4, 2e4);

  private static String both() {
    return HtmlPage.of(List.of(MadeUpRun.processors(), MadeUpRun.graphics()));
  }

  private static String bare(Ceilings ceilings, Result... results) {
    return HtmlPage.of(List.of(MadeUpRun.bare(ceilings, List.of(results))));
  }

  @Test
  void everyCaseOfEveryDeviceHasARow() {
    Run run = MadeUpRun.processors();
    String page = HtmlPage.of(List.of(run));
    assertThat(page.split("<tr class=\"(ok|absent|failed)\" data-case=", -1))
        .hasSize(run.size() + 1);
    run.devices()
        .forEach(
            device ->
                device
                    .results()
                    .forEach(
                        result ->
                            assertThat(page).contains("data-case=\"" + result.name() + "\"")));
  }

  @Test
  void nothingIsAskedForAndEveryJumpLands() {
    String page = both();
    assertThat(page).doesNotContain("http:", "https:", "url(", "@import", "fetch(");
    assertThat(page).contains("content=\"default-src 'none';");
    assertThat(LINK.matcher(page).results().toList())
        .isNotEmpty()
        .allSatisfy(
            link -> {
              assertThat(link.group(2)).startsWith("#");
              assertThat(page).contains("id=\"" + link.group(2).substring(1) + "\"");
            });
  }

  @Test
  void whatDataSayIsTextAndNoPartOfThePage() {
    String page =
        bare(
            CEILINGS,
            MadeUpRun.measured(
                "gemm/<img src=x onerror=alert(1)>\" onclick=\"{{script}}", 1e6, 1e4, 2e4),
            Result.failed("relu/1", "</script><script>alert(2)</script> & so on"));
    assertThat(page)
        .doesNotContain("<img", "<script>alert", "\" onclick=\"")
        .contains("gemm/&lt;img src=x onerror=alert(1)&gt;&quot; onclick=&quot;{{script}}")
        .contains("&lt;/script&gt;&lt;script&gt;alert(2)&lt;/script&gt; &amp; so on")
        .contains("a &lt;processor&gt; &amp; &quot;more&quot;");
    assertThat(page.split("<script>", -1)).hasSize(2);
  }

  @Test
  void thePageIsTheSameFromAFile(@TempDir Path folder) {
    Run run = MadeUpRun.processors();
    Path file = folder.resolve("run.json");
    new OutputFile("--json", file).write(run.asMap());
    assertThat(HtmlPage.of(List.of(RunFile.read(file)))).isEqualTo(HtmlPage.of(List.of(run)));
  }

  @Test
  void failuresComeFirstWithTheirReasonsAndAreCounted() {
    String page =
        bare(
            CEILINGS,
            PRODUCT,
            Result.failed("relu/1", "wrong in element 7"),
            new Result(
                "adam/1", Outcome.ABSENT, "not offered here", null, List.of(), Look.UNKNOWN));
    assertThat(page)
        .containsSubsequence("1 failed.", "data-case=\"relu/1\"", "wrong in element 7")
        .containsSubsequence("data-case=\"relu/1\"", "data-case=\"gemm/a forward\"")
        .containsSubsequence("data-case=\"adam/1\"", "absent", "not offered here");
  }

  @Test
  void aDisturbedRunAndOneCutShortSaySo() {
    assertThat(both())
        .contains("on a machine that was not quiet", "other work took 12 %")
        .contains("the run ended before all cases were measured")
        .contains(" (others used the same cores: 18.0 G integers/s, 25.1 alone)</td>")
        .contains("on a quiet machine");
    assertThat(bare(CEILINGS, PRODUCT))
        .contains("nobody watched")
        .doesNotContain("class=\"alert\"");
  }

  @Test
  void winsAndLossesStandBesideEachOther() {
    String page = HtmlPage.of(List.of(MadeUpRun.graphics()));
    Pattern rows =
        Pattern.compile("<div class=\"row (win|even|loss)\".*?ratio\">([0-9.]+)×", Pattern.DOTALL);
    List<Double> ratios =
        rows.matcher(page).results().map(row -> Double.valueOf(row.group(2))).toList();
    assertThat(ratios).isSortedAccordingTo((a, b) -> Double.compare(b, a));
    assertThat(rows.matcher(page).results().toList())
        .extracting(row -> row.group(1))
        .contains("win", "even", "loss");
    assertThat(page).contains("Not compared with PyTorch 2.5.1 (failed): its answer differs");
  }

  @Test
  void withoutCeilingsThereAreMarksAndNoRoofs() {
    assertThat(bare(Ceilings.UNKNOWN, PRODUCT))
        .contains("<circle class=\"op op-0\"", "what it can do at most is not known")
        .doesNotContain("class=\"roof\"", "of the roof</span>", "-shares\"");
    assertThat(bare(new Ceilings(100.0, List.of()), PRODUCT))
        .contains("peak 100 GFLOP/s")
        .doesNotContain("-shares\"");
  }

  @Test
  void withoutPeersAndNetworksTheirPartsAreLeftOut() {
    assertThat(bare(CEILINGS, PRODUCT))
        .contains("-roofline\"", "-shares\"", "-cases\"")
        .doesNotContain("-networks\"", "-peers\"");
  }

  @Test
  void aSizeThatIsMuchSlowerThanTheOneBeforeIsMarked() {
    String page = HtmlPage.of(List.of(MadeUpRun.growing()));
    assertThat(page)
        .contains("-growth\"", "train-step/mnist</b>", "never slower than in the size before")
        .containsPattern("steepest fall 4\\d %, from 112 to 128")
        .containsPattern("class=\"point op-0 cliff\"[^>]*><title>[^<]*, 128: 120 GFLOP/s");
    assertThat(page.split("cliff\"", -1)).as("3 passes on paper of 2 widths").hasSize(7);
    assertThat(HtmlPage.of(List.of(MadeUpRun.processors()))).doesNotContain("-growth\"");
  }

  @Test
  void withFailuresAloneThereIsATableAndNoChart() {
    assertThat(bare(CEILINGS, Result.failed("relu/1", "out of memory")))
        .contains("-cases\"", "out of memory")
        .doesNotContain("-roofline\"", "-shares\"");
  }

  @Test
  void aRunWithoutDevicesIsAPageToo() {
    assertThat(
            HtmlPage.of(
                List.of(
                    MadeUpRun.run(
                        new Quiet(
                            Quiet.Change.UNKNOWN,
                            Quiet.Change.UNKNOWN,
                            null,
                            Look.UNKNOWN,
                            Look.UNKNOWN),
                        false))))
        .contains("No device", "0 cases", "</html>");
  }
}
