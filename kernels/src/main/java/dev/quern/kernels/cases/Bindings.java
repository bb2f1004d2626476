package dev.quern.kernels.cases;

import dev.quern.core.DeviceBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The buffers of a run by role. Looking one up allocates nothing. */
public final class Bindings {
  private final Map<String, DeviceBuffer> buffers = new HashMap<>();

  /** Binds a role to a buffer, in place of what it was bound to before. */
  public void put(String role, DeviceBuffer buffer) {
    buffers.put(role, buffer);
  }

  /** The buffer of a role; asking for one that the run does not have is an error in the case. */
  public DeviceBuffer get(String role) {
    DeviceBuffer buffer = buffers.get(role);
    if (buffer == null) {
      throw new IllegalArgumentException("no buffer is bound to role " + role);
    }
    return buffer;
  }

  /** The buffer of a role, or null if this run leaves it out. */
  public @Nullable DeviceBuffer orNull(String role) {
    return buffers.get(role);
  }
}
