package dev.quern.bench.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.bench.result.Result;
import dev.quern.bench.result.Run;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.jr.ob.JSON;

/** What a reader sees of the page: as wide as a phone, a tablet and a desk, light and dark. */
class HtmlPageInChromiumTest {
  private static final int PHONE = 390;
  private static final int TABLET = 900;
  private static final int DESK = 1280;

  @TempDir private Path folder;

  /** What the page in a frame found out about itself. */
  private record Seen(
      int width, boolean dark, List<?> cases, List<?> labels, List<Double> times, List<?> faults) {

    static Seen of(Object told) {
      Map<?, ?> map = (Map<?, ?>) told;
      List<Double> times = new ArrayList<>();
      list(map, "times").forEach(time -> times.add(((Number) time).doubleValue()));
      return new Seen(
          ((Number) Objects.requireNonNull(map.get("width"))).intValue(),
          (Boolean) Objects.requireNonNull(map.get("dark")),
          list(map, "cases"),
          list(map, "labels"),
          times,
          list(map, "faults"));
    }

    private static List<?> list(Map<?, ?> map, String name) {
      return (List<?>) Objects.requireNonNull(map.get(name), name);
    }
  }

  @ParameterizedTest(name = "dark: {0}")
  @ValueSource(booleans = {false, true})
  void everyCaseIsSeenAndNothingOverlaps(boolean dark) throws Exception {
    List<Run> runs = List.of(MadeUpRun.processors(), MadeUpRun.graphics(), MadeUpRun.growing());
    List<Seen> seen = look(HtmlPage.of(runs), dark, PHONE, TABLET, DESK);
    assertThat(seen).extracting(Seen::width).containsExactly(PHONE, TABLET, DESK);
    assertThat(seen).extracting(Seen::dark).containsOnly(dark);
    List<String> names =
        runs.stream()
            .flatMap(run -> run.devices().stream())
            .flatMap(device -> device.results().stream())
            .map(Result::name)
            .toList();
    for (Seen one : seen) {
      assertThat(one.faults()).as("at %d pixels", one.width()).isEmpty();
      assertThat(one.cases().stream().map(Object::toString))
          .as("at %d pixels", one.width())
          .containsExactlyInAnyOrderElementsOf(names);
    }
  }

  @Test
  void everyRoofIsNamedOnThePhoneAndOnTheDesk() throws Exception {
    String page = HtmlPage.of(List.of(MadeUpRun.processors(), MadeUpRun.graphics()));
    for (Seen seen : look(page, false, PHONE, DESK)) {
      assertThat(seen.labels().stream().map(Object::toString))
          .contains("peak 233 GFLOP/s", "L1 640 GB/s", "L2 310 GB/s", "L3 96.0 GB/s")
          .contains("memory 31.0 GB/s", "peak 52,400 GFLOP/s", "L2 8,200 GB/s")
          .contains("memory 4,060 GB/s");
    }
  }

  @Test
  void aClickOnAHeadingSortsTheTable() throws Exception {
    Run run = MadeUpRun.graphics();
    List<Double> times = look(HtmlPage.of(List.of(run)), false, DESK).getFirst().times();
    assertThat(times).hasSize(run.size()).isSorted();
  }

  /** The looking itself is worth something: what is wrong is found. */
  @Test
  void aBrokenPageIsFoundOut() throws Exception {
    Run run = MadeUpRun.graphics();
    String broken =
        HtmlPage.of(List.of(run))
            .replace(
                "</style>",
                """
                svg text { font-size: 40px }
                .note { color: #999 }
                .legend { font-size: 9px }
                .cases { width: 1400px }
                .cases tbody tr:first-child { display: none }
                </style>\
                """)
            .replace("</body>", "<img src='https://quern.invalid/picture.png' alt=''></body>");
    Seen seen = look(broken, false, DESK).getFirst();
    assertThat(seen.faults().stream().map(Object::toString))
        .anyMatch(fault -> fault.contains("GFLOP/s' overlaps '"))
        .anyMatch(fault -> fault.contains("sticks out of its chart"))
        .anyMatch(fault -> fault.contains("sticks out of the page"))
        .anyMatch(fault -> fault.contains("has a contrast of 2."))
        .anyMatch(fault -> fault.contains("is written too small"))
        .anyMatch(fault -> fault.contains("asks for https://quern.invalid/picture.png"));
    assertThat(seen.cases()).hasSize(run.size() - 1);
  }

  /** Opens a page in frames of these widths, each with the script that looks at it. */
  private List<Seen> look(String page, boolean dark, int... widths) throws Exception {
    Chromium chromium = Chromium.find();
    String watched =
        page.replace("</body>", "<script>" + resource("page-check.js") + "</script></body>");
    Files.writeString(folder.resolve("page.html"), watched);
    StringBuilder frames = new StringBuilder();
    for (int width : widths) {
      frames.append(
          "<iframe src='page.html' style='border: 0' width='%d' height='800'></iframe>%n"
              .formatted(width));
    }
    Path frame = folder.resolve("frame.html");
    Files.writeString(frame, resource("page-frame.html").replace("{{frames}}", frames));
    String dom = chromium.open(frame, dark, folder);
    List<Object> told = JSON.std.listFrom(told(dom));
    assertThat(told).as("what the frames told").hasSize(widths.length);
    List<Seen> seen = told.stream().map(Seen::of).toList();
    return IntStream.of(widths)
        .mapToObj(
            width -> seen.stream().filter(one -> one.width() == width).findFirst().orElseThrow())
        .toList();
  }

  private static String told(String dom) {
    String text = dom.substring(dom.indexOf("<pre>") + "<pre>".length(), dom.indexOf("</pre>"));
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = HtmlPageInChromiumTest.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
