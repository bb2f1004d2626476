package dev.quern.bench.page;

import dev.quern.bench.result.Ceilings;
import dev.quern.bench.result.DeviceRun;
import dev.quern.bench.result.Look;
import dev.quern.bench.result.Measurement;
import dev.quern.bench.result.Outcome;
import dev.quern.bench.result.PeerResult;
import dev.quern.bench.result.Result;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** All cases of a device, those that went wrong first; the page's script sorts it. */
final class CaseTable {
  private final Ceilings ceilings;
  private final Look best;
  private final Palette palette;

  private CaseTable(Ceilings ceilings, Look best, Palette palette) {
    this.ceilings = ceilings;
    this.best = best;
    this.palette = palette;
  }

  static Element of(DeviceRun device, Look best, Palette palette) {
    CaseTable table = new CaseTable(device.ceilings(), best, palette);
    List<Result> results = new ArrayList<>(device.results());
    results.sort(Comparator.comparing(result -> result.outcome() != Outcome.FAILED));
    Element body = Element.of("tbody");
    results.forEach(result -> body.add(table.row(result)));
    return Element.of("table", "chart cases").add(Element.of("thead").add(head())).add(body);
  }

  private static Element head() {
    return Element.of("tr")
        .add(heading("name", "case"))
        .add(heading("time", "µs"))
        .add(heading("spread", "± %"))
        .add(heading("rate", "GFLOP/s"))
        .add(heading("rate", "GB/s"))
        .add(heading("share", "of the roof"))
        .add(heading("beside", "best peer"))
        .add(heading("how", "how"));
  }

  private static Element heading(String styleClass, String text) {
    return Element.of("th", styleClass).with("scope", "col").add(text);
  }

  private Element row(Result result) {
    Element row =
        Element.of("tr", result.outcome().toString())
            .with("data-case", result.name())
            .add(
                Element.of("th", "name")
                    .with("scope", "row")
                    .add(palette.swatch(result.group()))
                    .add(result.name()));
    Measurement m = result.measurement();
    if (m == null) {
      return row.add(
          Element.of("td", "message")
              .with("colspan", "7")
              .add(Element.of("b").add(result.outcome().toString()))
              .add(": " + (result.message() == null ? "no reason known" : result.message())));
    }
    boolean network = m.images() > 0;
    return row.add(number("time", m.nanos(), Numbers.tenths(m.nanos() / 1e3)))
        .add(number("spread", m.times().spread(), Numbers.tenths(100 * m.times().spread())))
        .add(m.flops() > 0 ? number("rate", m.gflops(), Numbers.tenths(m.gflops())) : none("rate"))
        .add(network ? none("rate") : number("rate", m.gigabytes(), Numbers.tenths(m.gigabytes())))
        .add(share(ceilings.share(m)))
        .add(beside(result))
        .add(Element.of("td", "how").add(m.implementation() + remark(result.look())));
  }

  private String remark(Look look) {
    String worse = look.worseThan(best);
    return worse == null ? "" : " (" + worse + ")";
  }

  private static Element share(@Nullable Double share) {
    return share == null
        ? none("share")
        : number("share", share, Numbers.percent(share))
            .add(
                Element.of("span", "bar")
                    .add(Element.of("span", "fill").with("style", "width:" + Numbers.css(share))));
  }

  /** The peer that took the least time. */
  private static Element beside(Result result) {
    PeerResult best = null;
    double least = Double.POSITIVE_INFINITY;
    for (PeerResult peer : result.peers()) {
      if (peer.figures() != null && peer.figures().ratio() < least) {
        best = peer;
        least = peer.figures().ratio();
      }
    }
    return best == null
        ? none("beside")
        : number("beside", least, Numbers.times(least)).with("title", best.peer());
  }

  private static Element number(String styleClass, double value, String text) {
    return Element.of("td", styleClass)
        .with("data-value", String.format(Locale.ROOT, "%.6g", value))
        .add(text);
  }

  private static Element none(String styleClass) {
    return Element.of("td", styleClass);
  }
}
