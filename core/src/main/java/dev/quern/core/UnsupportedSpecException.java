package dev.quern.core;

/** The problem is well-formed, but this device does not offer it; the message says why. */
public final class UnsupportedSpecException extends ComputeException {
  private static final long serialVersionUID = 1L;

  /** Names the device, the spec and the reason. */
  public UnsupportedSpecException(String deviceId, KernelSpec<?> spec, String reason) {
    super(deviceId + " does not offer " + spec.describe() + ": " + reason);
  }
}
