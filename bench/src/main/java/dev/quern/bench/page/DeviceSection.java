package dev.quern.bench.page;

import dev.quern.bench.result.Ceilings;
import dev.quern.bench.result.DeviceRun;
import dev.quern.bench.result.Look;
import dev.quern.core.DeviceInfo;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A device's part of the page: what can be read quickly first, all cases last. */
final class DeviceSection {
  private static final double GIGABYTE = 1e9;

  private final DeviceRun device;
  private final Look best;
  private final Palette palette;
  private final String id;
  private final Element links = Element.of("nav").with("aria-label", "parts of this device");
  private final Element section;

  private DeviceSection(DeviceRun device, Look best, Palette palette, String id) {
    this.device = device;
    this.best = best;
    this.palette = palette;
    this.id = id;
    section = Element.of("section", "device").with("id", id);
  }

  /** The part of a device, with this id to jump to; the machine at its best is for comparison. */
  static Element of(DeviceRun device, Look best, Palette palette, String id) {
    return new DeviceSection(device, best, palette, id).draw();
  }

  private Element draw() {
    describe(device.device());
    section.add(links);
    part("networks", "Networks", NetworkBars.of(device), null);
    part(
        "peers",
        "Beside other libraries",
        PeerBars.of(device),
        "Measured in turns. Right: Quern is faster; left: the other is. Thin lines hold half of the"
            + " turns; grey, where they cross the middle.");
    part(
        "growth",
        "As the work grows",
        GrowthChart.of(device),
        "Operations a second as a share of each line's best. Where a line falls by more than"
            + " "
            + Numbers.percent(Growth.CLIFF)
            + " from one size to the next, the mark is hollow.");
    Element roofline = Roofline.of(device, palette);
    part(
        "roofline",
        "Roofline",
        roofline == null ? List.of() : List.of(roofline),
        "Each mark is a case below the roof of the memory that its data fit in. Named: each op's"
            + " nearest to its roof and farthest from it.");
    Element shares = ShareStrips.of(device, palette);
    part(
        "shares",
        "Share of the roof by op",
        shares == null ? List.of() : List.of(shares),
        "The least time that the device could take, as a share of the time taken.");
    part("cases", "All cases", List.of(CaseTable.of(device, best, palette)), null);
    return section;
  }

  private void describe(DeviceInfo info) {
    String memory = Numbers.rounded(info.memoryBytes() / GIGABYTE);
    section
        .add(Element.of("h2").add(info.id()).add(Element.of("small").add(" " + info.name())))
        .add(
            Element.of("p", "note")
                .add(
                    "%s, %s GB of memory; %s"
                        .formatted(info.driver(), memory, ceilings(device.ceilings()))));
  }

  private void part(String name, String title, List<Element> content, @Nullable String note) {
    if (content.isEmpty()) {
      return;
    }
    String anchor = id + "-" + name;
    links.add(Element.of("a").with("href", "#" + anchor).add(title)).add(" ");
    section.add(Element.of("h3").with("id", anchor).add(title));
    if (note != null) {
      section.add(Element.of("p", "note").add(note));
    }
    section.add(content);
  }

  private static String ceilings(Ceilings ceilings) {
    Double peak = ceilings.gflops();
    if (peak == null && ceilings.levels().isEmpty()) {
      return "what it can do at most is not known";
    }
    String copies =
        ceilings.levels().stream()
            .map(level -> level.name() + " " + Numbers.rounded(level.gigabytes()))
            .collect(Collectors.joining(", ", "copies in ", " GB/s"));
    return peak == null
        ? copies
        : "at most %s GFLOP/s%s"
            .formatted(Numbers.rounded(peak), ceilings.levels().isEmpty() ? "" : "; " + copies);
  }
}
