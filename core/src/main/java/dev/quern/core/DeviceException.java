package dev.quern.core;

import org.jspecify.annotations.Nullable;

/**
 * A device failed while working: the message gives the native call, its status by name and the spec
 * it was working on.
 */
public final class DeviceException extends ComputeException {
  private static final long serialVersionUID = 1L;

  /** States the call, the status and the spec. */
  public DeviceException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
