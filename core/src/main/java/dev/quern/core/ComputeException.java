package dev.quern.core;

import org.jspecify.annotations.Nullable;

/**
 * Root of every exception that Quern throws on purpose. The message is one sentence that gives the
 * rule, the numbers and, where there is one, the way out; it is fit to be shown to a user as it is.
 */
public class ComputeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An error with no underlying cause. */
  public ComputeException(String message) {
    super(message);
  }

  /** An error that another one led to. */
  public ComputeException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
