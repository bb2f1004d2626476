package dev.quern.examples.check;

import dev.quern.core.ComputeException;

/** A case is left out on purpose; the message is the reason that skips are summed by. */
final class SkippedException extends ComputeException {
  private static final long serialVersionUID = 1L;

  SkippedException(String reason) {
    super(reason);
  }
}
