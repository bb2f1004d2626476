package dev.quern.bench.page;

import dev.quern.bench.result.DeviceRun;
import dev.quern.bench.result.Measurement;
import dev.quern.bench.result.Result;
import dev.quern.bench.result.Run;
import java.util.List;
import java.util.Objects;

/** A device at a glance, and the way to its part of the page. */
final class DeviceCard {
  private DeviceCard() {}

  /**
   * The card.
   *
   * @param run what it is from
   * @param device what it tells of
   * @param when what tells it from the same device in another run, or nothing
   * @param id where its part of the page begins
   */
  static Element of(Run run, DeviceRun device, String when, String id) {
    Element card =
        Element.of("a", "card")
            .with("href", "#" + id)
            .add(
                Element.of("h2").add(device.device().id()).add(Element.of("small").add(" " + when)))
            .add(Element.of("p", "note").add(device.device().name()));
    for (Result network : NetworkBars.networks(device)) {
      Measurement m = Objects.requireNonNull(network.measurement());
      line(card, Numbers.whole(m.imagesPerSecond()), "images/s, " + network.name());
    }
    List<ShareStrips.Share> shares = ShareStrips.shares(device);
    if (!shares.isEmpty()) {
      line(card, Numbers.percent(ShareStrips.median(shares)), "median share of the roof");
    }
    Duel.on(device)
        .forEach(
            (peer, duels) -> {
              Duel.Tally tally = Duel.Tally.of(duels);
              line(card, tally.faster() + " : " + tally.slower(), "won : lost beside " + peer);
              card.add(tally.bar());
            });
    if (run.quiet().disturbance() != null) {
      card.add(Element.of("p", "bad").add("disturbed"));
    }
    if (device.failures() > 0) {
      card.add(Element.of("p", "bad").add(device.failures() + " failed"));
    }
    return card;
  }

  private static void line(Element card, String number, String text) {
    card.add(
        Element.of("p", "figure")
            .add(Element.of("b").add(number))
            .add(" ")
            .add(Element.of("span").add(text)));
  }
}
