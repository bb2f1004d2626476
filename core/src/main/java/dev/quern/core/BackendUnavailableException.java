package dev.quern.core;

import org.jspecify.annotations.Nullable;

/** A device was asked for by name and cannot be used on this machine; the message says why. */
public final class BackendUnavailableException extends ComputeException {
  private static final long serialVersionUID = 1L;

  /** Names what was asked for and the reason it is not to be had. */
  public BackendUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
