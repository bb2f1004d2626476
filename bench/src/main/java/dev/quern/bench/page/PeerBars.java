package dev.quern.bench.page;

import dev.quern.bench.result.DeviceRun;
import dev.quern.bench.result.PeerResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Other libraries beside us: a bar to the right where we are faster, to the left where they are,
 * and as long for twice as slow as for twice as fast.
 */
final class PeerBars {
  private static final double LEAST_DOUBLINGS = 1;
  private static final double MOST_DOUBLINGS = 6;

  private final List<Duel> duels;
  private final String peer;
  private final double doublings;

  private PeerBars(String peer, List<Duel> duels, double doublings) {
    this.peer = peer;
    this.duels = duels;
    this.doublings = doublings;
  }

  /** All peers on a device; empty if there were none. */
  static List<Element> of(DeviceRun device) {
    Map<String, List<Duel>> peers = Duel.on(device);
    double doublings =
        peers.values().stream()
            .flatMap(List::stream)
            .mapToDouble(duel -> Math.ceil(Math.abs(doublings(duel.figures().ratio()))))
            .max()
            .orElse(0);
    double range = Math.clamp(doublings, LEAST_DOUBLINGS, MOST_DOUBLINGS);
    List<Element> parts = new ArrayList<>();
    peers.forEach((peer, duels) -> parts.add(new PeerBars(peer, duels, range).draw()));
    parts.addAll(withoutFigures(device));
    return parts;
  }

  private static double doublings(double ratio) {
    return Math.log(ratio) / Math.log(2);
  }

  private Element draw() {
    Element rows = Element.of("div", "chart duels").add(head());
    duels.forEach(duel -> rows.add(row(duel)));
    return Element.of("div").add(summary()).add(rows);
  }

  private Element summary() {
    Duel.Tally tally = Duel.Tally.of(duels);
    String counts =
        ": Quern is faster in %d of %s, slower in %d, and %d cannot be told apart. "
            .formatted(
                tally.faster(),
                Numbers.count(tally.all(), "case", "cases"),
                tally.slower(),
                tally.even());
    String middle =
        "In the middle of all, %s takes %s as long."
            .formatted(
                duels.getFirst().peer().peer(),
                Numbers.times(duels.get(duels.size() / 2).figures().ratio()));
    return Element.of("p", "summary")
        .add(Element.of("b").add(peer))
        .add(counts + middle)
        .add(tally.bar());
  }

  private Element head() {
    String end = Numbers.whole(Math.pow(2, doublings));
    return Element.of("div", "row head")
        .add(cell("label", "case"))
        .add(cell("number", "Quern"))
        .add(cell("number", duels.getFirst().peer().peer()))
        .add(
            Element.of("span", "scale")
                .add(cell("", end + "× slower"))
                .add(cell("", "1"))
                .add(cell("", end + "× faster")))
        .add(cell("number", "ratio"));
  }

  private Element row(Duel duel) {
    PeerResult.Figures figures = duel.figures();
    return Element.of("div", "row " + duel.verdict().styleClass())
        .with(
            "title",
            "%s takes %s as long as Quern; a quarter of %s below %s, a quarter above %s. %s"
                .formatted(
                    peer,
                    Numbers.times(figures.ratio()),
                    Numbers.count(figures.pairs(), "turn", "turns"),
                    Numbers.times(figures.lower()),
                    Numbers.times(figures.upper()),
                    duel.peer().text()))
        .add(cell("label", duel.result().name()))
        .add(cell("number", Numbers.time(figures.ownNanos())))
        .add(cell("number", Numbers.time(figures.peerNanos())))
        .add(
            Element.of("span", "bar from-middle")
                .add(between("fill", 1, figures.ratio()))
                .add(between("range", figures.lower(), figures.upper())))
        .add(cell("number ratio", Numbers.times(figures.ratio())));
  }

  /** A part of the bar, from one ratio to another. */
  private Element between(String styleClass, double one, double other) {
    double from = place(Math.min(one, other));
    double to = place(Math.max(one, other));
    return Element.of("span", styleClass)
        .with("style", "left:%s;width:%s".formatted(Numbers.css(from), Numbers.css(to - from)));
  }

  private double place(double ratio) {
    return Math.clamp(0.5 + doublings(ratio) / doublings / 2, 0, 1);
  }

  private static Element cell(String styleClass, String text) {
    Element cell = styleClass.isEmpty() ? Element.of("span") : Element.of("span", styleClass);
    return cell.add(text);
  }

  /** What was to be compared and could not be, with the reason; each reason once. */
  private static List<Element> withoutFigures(DeviceRun device) {
    Map<String, List<String>> reasons =
        device.results().stream()
            .flatMap(
                result ->
                    result.peers().stream()
                        .filter(peer -> peer.figures() == null)
                        .map(peer -> Map.entry(reason(peer), result)))
            .collect(
                Collectors.groupingBy(
                    Map.Entry::getKey,
                    LinkedHashMap::new,
                    Collectors.mapping(entry -> entry.getValue().name(), Collectors.toList())));
    List<Element> lines = new ArrayList<>();
    reasons.forEach(
        (reason, names) ->
            lines.add(
                Element.of("p", "note")
                    .add("Not compared with " + reason + " In: " + String.join(", ", names))));
    return lines;
  }

  private static String reason(PeerResult peer) {
    return "%s %s (%s): %s.".formatted(peer.peer(), peer.version(), peer.outcome(), peer.text());
  }
}
