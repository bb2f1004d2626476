package dev.quern.bench.peers;

import dev.quern.bench.machine.Calm;
import dev.quern.bench.result.Outcome;
import dev.quern.bench.result.PeerResult;
import dev.quern.bench.result.Summary;
import dev.quern.bench.suite.Problem;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures Quern and a peer side by side: a round of the one, a round of the other, again and
 * again, the order changed from pair to pair. What changes on the machine meanwhile changes both,
 * so the ratio is taken in each pair, and the median of the ratios.
 *
 * @param pairs how many
 * @param round how long a round takes
 * @param settle the pause after each round. Threads that wait for work spin at first, and would
 *     take a processor from the other side: by the processor time of their process, OpenBLAS's
 *     (also in DL4J) for 100 ms, those of oneDNN and TensorFlow for no more than that clock's step,
 *     10 ms. Quern's spin for about 0.2 ms. OMP_WAIT_POLICY=passive is no way out: a step of
 *     PyTorch and DL4J took 1.3 to 1.8 times as long
 * @param calm whether the machine is fit for measuring; a pair that ends when it is not is taken
 *     again
 */
public record Pairing(int pairs, Duration round, Duration settle, Calm calm) {
  /** Less than four seconds for a peer, beside its preparation. */
  public static final Pairing USUAL =
      new Pairing(7, Duration.ofMillis(100), Duration.ofMillis(150), Calm.UNWATCHED);

  /** The same on a machine that is looked at. */
  public Pairing watching(Calm machine) {
    return new Pairing(pairs, round, settle, machine);
  }

  /** Quern's side. */
  @FunctionalInterface
  public interface Side {
    /** Runs again and again for so long; returns the nanoseconds of a run, the mean. */
    double round(long nanos);
  }

  /**
   * Prepares the peer and measures both. What goes wrong with the peer is a result; what Quern's
   * side throws is thrown.
   */
  public PeerResult measure(Problem problem, Side own, PeerProcess peer) {
    String how;
    try {
      how = peer.prepare(problem);
    } catch (NotOfferedException e) {
      return without(peer, Outcome.ABSENT, e);
    } catch (PeerException e) {
      return without(peer, Outcome.FAILED, e);
    }
    try {
      return new PeerResult(peer.name(), peer.version(), Outcome.OK, how, rounds(own, peer));
    } catch (PeerException e) {
      return without(peer, Outcome.FAILED, e);
    }
  }

  private static PeerResult without(PeerProcess peer, Outcome outcome, RuntimeException why) {
    String message = String.valueOf(why.getMessage());
    return new PeerResult(peer.name(), peer.version(), outcome, message, null);
  }

  private PeerResult.Figures rounds(Side own, PeerProcess peer) {
    double[] ours = new double[pairs];
    double[] theirs = new double[pairs];
    double[] ratios = new double[pairs];
    pause();
    for (int pair = 0; pair < pairs; ) {
      long begun = System.nanoTime();
      if (pair % 2 == 0) {
        ours[pair] = timed(own);
        theirs[pair] = timed(peer::round);
      } else {
        theirs[pair] = timed(peer::round);
        ours[pair] = timed(own);
      }
      ratios[pair] = theirs[pair] / ours[pair];
      if (calm.holds()) {
        pair++;
      } else {
        calm.repeat((System.nanoTime() - begun) / 1e9);
      }
    }
    Summary ratio = Summary.of(ratios);
    return new PeerResult.Figures(
        Summary.of(ours).median(),
        Summary.of(theirs).median(),
        ratio.median(),
        ratio.lower(),
        ratio.upper(),
        pairs);
  }

  private double timed(Side side) {
    double nanos = side.round(round.toNanos());
    pause();
    return nanos;
  }

  private void pause() {
    long end = System.nanoTime() + settle.toNanos();
    for (long left = settle.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
