package dev.quern.bench.page;

import dev.quern.bench.result.DeviceRun;
import dev.quern.bench.result.PeerResult;
import dev.quern.bench.result.Result;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A case that both we and a peer did.
 *
 * @param result ours
 * @param peer the peer's
 * @param figures both times, and their ratio
 */
record Duel(Result result, PeerResult peer, PeerResult.Figures figures) {

  /** How many duels went how. */
  record Tally(int faster, int even, int slower) {

    static Tally of(List<Duel> duels) {
      int faster = (int) duels.stream().filter(duel -> duel.verdict() == Verdict.FASTER).count();
      int slower = (int) duels.stream().filter(duel -> duel.verdict() == Verdict.SLOWER).count();
      return new Tally(faster, duels.size() - faster - slower, slower);
    }

    int all() {
      return faster + even + slower;
    }

    /** One bar in three parts. */
    Element bar() {
      return Element.of("span", "tally")
          .with("aria-hidden", "true")
          .add(part("win", faster))
          .add(part("even", even))
          .add(part("loss", slower));
    }

    private static Element part(String styleClass, int count) {
      return Element.of("span", styleClass).with("style", "flex-grow:" + count);
    }
  }

  /** Who was faster; even if the turns do not agree. */
  enum Verdict {
    FASTER("win"),
    EVEN("even"),
    SLOWER("loss");

    private final String styleClass;

    Verdict(String styleClass) {
      this.styleClass = styleClass;
    }

    String styleClass() {
      return styleClass;
    }
  }

  Verdict verdict() {
    if (!figures.decided()) {
      return Verdict.EVEN;
    }
    return figures.ratio() > 1 ? Verdict.FASTER : Verdict.SLOWER;
  }

  /** Those on a device by peer and its version, our best first. */
  static Map<String, List<Duel>> on(DeviceRun device) {
    Map<String, List<Duel>> duels = new LinkedHashMap<>();
    for (Result result : device.results()) {
      for (PeerResult peer : result.peers()) {
        if (peer.figures() != null) {
          duels
              .computeIfAbsent(peer.peer() + " " + peer.version(), name -> new ArrayList<>())
              .add(new Duel(result, peer, peer.figures()));
        }
      }
    }
    duels
        .values()
        .forEach(
            list ->
                list.sort(
                    Comparator.comparingDouble((Duel duel) -> duel.figures().ratio()).reversed()));
    return duels;
  }
}
