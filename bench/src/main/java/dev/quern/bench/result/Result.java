package dev.quern.bench.result;

import dev.quern.core.UnsupportedSpecException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of one case's pass on a device.
 *
 * @param name the case and the pass
 * @param outcome how it went
 * @param message why it did not go well, or null
 * @param measurement what was measured, or null
 * @param peers how others did
 * @param look what the machine's processors could do when it was measured
 */
public record Result(
    String name,
    Outcome outcome,
    @Nullable String message,
    @Nullable Measurement measurement,
    List<PeerResult> peers,
    Look look) {

  /** Copies the list. */
  public Result {
    peers = List.copyOf(peers);
  }

  /** Measured, with nothing to compare. */
  public static Result ok(String name, Measurement measurement) {
    return ok(name, measurement, List.of());
  }

  /** Measured, in turns with others. */
  public static Result ok(String name, Measurement measurement, List<PeerResult> peers) {
    return new Result(name, Outcome.OK, null, measurement, peers, Look.UNKNOWN);
  }

  /** Not offered by the device. */
  public static Result absent(String name, UnsupportedSpecException e) {
    return new Result(name, Outcome.ABSENT, reason(e), null, List.of(), Look.UNKNOWN);
  }

  /** Ended by an error. */
  public static Result failed(String name, RuntimeException e) {
    return failed(name, reason(e));
  }

  /** Gone wrong. */
  public static Result failed(String name, String message) {
    return new Result(name, Outcome.FAILED, message, null, List.of(), Look.UNKNOWN);
  }

  /** The same, when the machine's processors could do this. */
  public Result when(Look seen) {
    return new Result(name, outcome, message, measurement, peers, seen);
  }

  private static String reason(RuntimeException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  /** The op, or whatever comes before the slash: what results are grouped by. */
  public String group() {
    int slash = name.indexOf('/');
    return slash < 0 ? name : name.substring(0, slash);
  }

  /** For JSON; what is not known is null, and not left out. */
  Map<String, @Nullable Object> asMap(Ceilings ceilings) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("name", name);
    map.put("outcome", outcome.toString());
    map.put("message", message);
    if (measurement != null) {
      measurement.write(map);
      map.put("share_of_roof", ceilings.share(measurement));
      map.put("peak_gflops", look.peak());
      map.put("hand_over_nanos", look.handOver());
      map.put("issued_gops", look.issued());
      map.put("peers", peers.stream().map(PeerResult::asMap).toList());
    }
    return map;
  }

  static Result from(Fields fields) {
    Outcome outcome = fields.choice("outcome", Outcome.values());
    boolean ok = outcome == Outcome.OK;
    return new Result(
        fields.text("name"),
        outcome,
        fields.textOrNull("message"),
        ok ? Measurement.from(fields) : null,
        ok ? fields.objects("peers").stream().map(PeerResult::from).toList() : List.of(),
        new Look(
            fields.numberOrNull("peak_gflops"),
            fields.numberOrNull("hand_over_nanos"),
            fields.numberOrNull("issued_gops")));
  }
}
