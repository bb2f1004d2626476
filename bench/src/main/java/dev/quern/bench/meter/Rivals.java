package dev.quern.bench.meter;

import dev.quern.bench.peers.Pairing;
import dev.quern.bench.peers.Peers;
import dev.quern.bench.result.PeerResult;
import dev.quern.bench.suite.Problem;
import dev.quern.core.DeviceInfo;
import java.util.List;

/** Other libraries that are measured in turns with a device, if any are. */
@FunctionalInterface
public interface Rivals {
  /** Nobody to compare with. */
  Rivals NONE = (problem, own) -> List.of();

  /**
   * Measures a problem in turns with everyone who is compared with on it.
   *
   * @param own our side, prepared and warm
   */
  List<PeerResult> meet(Problem problem, Pairing.Side own);

  /** Those of the peers that are compared with a device. */
  static Rivals of(Peers peers, DeviceInfo device, Pairing pairing) {
    return (problem, own) ->
        peers.beside(problem, device).stream()
            .map(peer -> pairing.measure(problem, own, peer))
            .toList();
  }
}
