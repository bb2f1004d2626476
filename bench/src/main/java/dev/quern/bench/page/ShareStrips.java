package dev.quern.bench.page;

import dev.quern.bench.result.DeviceRun;
import dev.quern.bench.result.Measurement;
import dev.quern.bench.result.Result;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How near each op comes to the roof: a mark for each case, and the middle one. */
final class ShareStrips {

  /** A case of which the share is known. */
  record Share(Result result, double share) {}

  private ShareStrips() {}

  /** The strips of a device, the lowest first, or null if no share is known. */
  static @Nullable Element of(DeviceRun device, Palette palette) {
    Map<String, List<Share>> groups = new LinkedHashMap<>();
    for (Share share : shares(device)) {
      groups.computeIfAbsent(share.result().group(), name -> new ArrayList<>()).add(share);
    }
    if (groups.isEmpty()) {
      return null;
    }
    Element chart = Element.of("div", "chart strips").add(head());
    groups.entrySet().stream()
        .sorted(Comparator.comparingDouble(group -> median(group.getValue())))
        .forEach(group -> chart.add(row(group.getKey(), group.getValue(), palette)));
    return chart;
  }

  /** The shares of all cases that have one, the least first. */
  static List<Share> shares(DeviceRun device) {
    List<Share> shares = new ArrayList<>();
    for (Result result : device.results()) {
      Measurement m = result.measurement();
      Double share = m == null ? null : device.ceilings().share(m);
      if (share != null) {
        shares.add(new Share(result, share));
      }
    }
    shares.sort(Comparator.comparingDouble(Share::share));
    return shares;
  }

  /** The middle one of some, which must be sorted. */
  static double median(List<Share> shares) {
    int size = shares.size();
    return (shares.get(size / 2).share() + shares.get((size - 1) / 2).share()) / 2;
  }

  private static Element head() {
    return Element.of("div", "row head")
        .add(Element.of("span", "label").add("op"))
        .add(
            Element.of("span", "scale")
                .add(Element.of("span").add("0 %"))
                .add(Element.of("span").add("50 %"))
                .add(Element.of("span").add("100 %")))
        .add(Element.of("span", "number").add("median"))
        .add(Element.of("span", "remark").add("lowest"));
  }

  private static Element row(String group, List<Share> shares, Palette palette) {
    Element strip = Element.of("span", "strip");
    for (Share share : shares) {
      strip.add(
          Element.of("span", "dot " + palette.styleClass(group))
              .with("style", "left:" + Numbers.css(share.share()))
              .with("title", share.result().name() + ": " + Numbers.percent(share.share())));
    }
    double median = median(shares);
    strip.add(Element.of("span", "median").with("style", "left:" + Numbers.css(median)));
    Share least = shares.getFirst();
    return Element.of("div", "row")
        .add(
            Element.of("span", "label")
                .add(palette.swatch(group))
                .add(group)
                .add(Element.of("small").add(" " + shares.size())))
        .add(strip)
        .add(Element.of("span", "number").add(Numbers.percent(median)))
        .add(
            Element.of("span", "remark")
                .add(Numbers.percent(least.share()) + "  " + least.result().name()));
  }
}
