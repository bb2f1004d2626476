package dev.quern.bench.peers;

/** A peer does not offer the problem, or is not there; the message says why. */
public final class NotOfferedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Gives the reason, as half a sentence. */
  public NotOfferedException(String reason) {
    super(reason);
  }
}
