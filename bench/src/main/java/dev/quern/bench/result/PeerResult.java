package dev.quern.bench.result;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How another library did on the same problem, in turns with ours.
 *
 * @param peer its name
 * @param version which version of it
 * @param outcome how it went
 * @param text how it computes; or why there is nothing to compare
 * @param figures what was measured, or null
 */
public record PeerResult(
    String peer, String version, Outcome outcome, String text, @Nullable Figures figures) {

  /**
   * Times of a run, and their ratios turn by turn.
   *
   * @param ownNanos the median of ours
   * @param peerNanos the median of the peer's
   * @param ratio the median of the peer's time over ours; above 1 we are faster
   * @param lower the ratios' lower quartile
   * @param upper the ratios' upper quartile
   * @param pairs how many ratios there were
   */
  public record Figures(
      double ownNanos, double peerNanos, double ratio, double lower, double upper, int pairs) {

    /** Whether at least three quarters of the turns went to ours, or to the peer. */
    public boolean decided() {
      return lower > 1 || upper < 1;
    }
  }

  Map<String, @Nullable Object> asMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("peer", peer);
    map.put("version", version);
    map.put("outcome", outcome.toString());
    map.put("text", text);
    if (figures != null) {
      map.put("own_nanos", figures.ownNanos());
      map.put("peer_nanos", figures.peerNanos());
      map.put("ratio", figures.ratio());
      map.put("ratio_lower_quartile", figures.lower());
      map.put("ratio_upper_quartile", figures.upper());
      map.put("pairs", figures.pairs());
    }
    return map;
  }

  static PeerResult from(Fields fields) {
    Outcome outcome = fields.choice("outcome", Outcome.values());
    return new PeerResult(
        fields.text("peer"),
        fields.text("version"),
        outcome,
        fields.text("text"),
        outcome != Outcome.OK
            ? null
            : new Figures(
                fields.number("own_nanos"),
                fields.number("peer_nanos"),
                fields.number("ratio"),
                fields.number("ratio_lower_quartile"),
                fields.number("ratio_upper_quartile"),
                (int) fields.number("pairs")));
  }
}
