package dev.quern.bench.peers;

/** A problem that a peer has prepared and can run again and again. */
public interface PeerRun extends AutoCloseable {

  /** Which of its ways the peer takes, and what it leaves out that Quern does; one line. */
  String how();

  /** Runs once. May return before all is done, see {@link #await}. */
  void run();

  /** Returns when all that was run is done. Most libraries work in the call of {@link #run}. */
  default void await() {}

  @Override
  void close();
}
