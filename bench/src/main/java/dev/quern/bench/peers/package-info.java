/**
 * Compares Quern with other libraries side by side, in the same run.
 *
 * <p>Every {@link dev.quern.bench.peers.Peer} runs in a process of its own ({@link
 * dev.quern.bench.peers.PeerProgram}), on a class path of its own, and waits without taking time
 * while it is not its turn. The benchmark's side:
 *
 * <pre>{@code
 * try (Peers peers = new Peers(Path.of(System.getProperty(Peers.FOLDER)), device.info())) {
 *   for (PeerProcess peer : peers.beside(problem, device.info())) {
 *     PeerResult result =
 *         Pairing.USUAL.measure(problem, nanos -> runAgainAndAgainFor(nanos), peer);
 *     if (result.figures() != null) {
 *       result.figures().ratio(); // above 1, Quern is faster
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p>A peer looks at its own answers before anything is timed ({@link
 * dev.quern.bench.peers.Rehearsal}): kernels against the reference where that is quick, networks by
 * whether they learn. A peer that is wrong, crashes or hangs is a result, and the rest goes on.
 */
@NullMarked
package dev.quern.bench.peers;

import org.jspecify.annotations.NullMarked;
