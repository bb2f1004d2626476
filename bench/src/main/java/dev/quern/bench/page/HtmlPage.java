package dev.quern.bench.page;

import dev.quern.bench.result.DeviceRun;
import dev.quern.bench.result.Run;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Runs as one page that asks for nothing else: pictures first, then a table of all cases. A policy
 * in its head forbids browsers every request.
 */
public final class HtmlPage {
  private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

  private HtmlPage() {}

  /** The page. */
  public static String of(List<Run> runs) {
    Map<String, String> parts =
        Map.of(
            "title", Element.of("title").add(title(runs)).toString(),
            "style", resource("page.css"),
            "script", resource("page.js"),
            "body", body(runs));
    return PLACE
        .matcher(resource("page.html"))
        .replaceAll(place -> Matcher.quoteReplacement(part(parts, place)));
  }

  private static String part(Map<String, String> parts, MatchResult place) {
    return Objects.requireNonNull(parts.get(place.group(1)), place.group());
  }

  private static String title(List<Run> runs) {
    return runs.stream()
        .flatMap(run -> run.devices().stream())
        .map(device -> device.device().id())
        .distinct()
        .collect(Collectors.joining(", ", "Quern benchmarks: ", ""));
  }

  private static String body(List<Run> runs) {
    Palette palette = Palette.of(runs);
    Element header = Element.of("header").add(Element.of("h1").add("Quern benchmarks"));
    Element cards = Element.of("nav", "cards").with("aria-label", "devices");
    List<Element> sections = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      Run run = runs.get(i);
      String id = "run" + i;
      header.add(RunSection.summary(run)).add(RunSection.warnings(run));
      Element section = Element.of("section", "run").with("id", id);
      if (runs.size() > 1) {
        section.add(Element.of("h2").add("Run of " + RunSection.date(run)));
        section.add(RunSection.summary(run)).add(RunSection.warnings(run));
      }
      section.add(RunSection.machine(run));
      for (int j = 0; j < run.devices().size(); j++) {
        DeviceRun device = run.devices().get(j);
        String place = id + "-device" + j;
        cards.add(DeviceCard.of(run, device, runs.size() > 1 ? RunSection.date(run) : "", place));
        section.add(DeviceSection.of(device, run.quiet().best(), palette, place));
      }
      sections.add(section);
    }
    return header.toString()
        + cards
        + sections.stream().map(Element::toString).collect(Collectors.joining());
  }

  private static String resource(String name) {
    try (InputStream in = HtmlPage.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
