package dev.quern.bench.peers;

/** A peer failed: a wrong answer, an error, the end of its process, or silence. */
public final class PeerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says what happened. */
  public PeerException(String message) {
    super(message);
  }
}
