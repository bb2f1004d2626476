package dev.quern.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answer of one backend to the question whether it works on this machine.
 *
 * @param backend the backend's name
 * @param available whether at least one device is usable
 * @param reason one sentence: what was found, or why nothing is usable and what to do about it
 * @param cause the error behind a refusal, if there was one
 * @param devices every device that was seen, the unusable ones with their reasons
 * @param findings what was looked for, found and needed, a line each, for who wants to know more
 */
public record Probe(
    String backend,
    boolean available,
    String reason,
    @Nullable Throwable cause,
    List<DeviceInfo> devices,
    List<String> findings) {

  /** Copies the lists. */
  public Probe {
    devices = List.copyOf(devices);
    findings = List.copyOf(findings);
  }

  /** The backend works; {@code devices} holds at least one usable device. */
  public static Probe available(String backend, String reason, List<DeviceInfo> devices) {
    return new Probe(backend, true, reason, null, devices, List.of());
  }

  /** The backend does not work here. */
  public static Probe unavailable(
      String backend, String reason, @Nullable Throwable cause, List<DeviceInfo> devices) {
    return new Probe(backend, false, reason, cause, devices, List.of());
  }

  /** The same answer with what it rests on. */
  public Probe with(List<String> lines) {
    return new Probe(backend, available, reason, cause, devices, lines);
  }
}
