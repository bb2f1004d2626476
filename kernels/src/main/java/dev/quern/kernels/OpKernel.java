package dev.quern.kernels;

import dev.quern.core.DataType;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Kernel;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;

/**
 * What the kernels of all ops share: the checks of buffers against the spec, done here once for
 * every backend.
 *
 * @param <S> the spec's type
 */
public abstract class OpKernel<S extends OpSpec<?>> extends Kernel {
  private final S spec;

  /** For backends: a kernel for {@code spec} on {@code device}. */
  protected OpKernel(Device device, S spec) {
    super(device, spec);
    this.spec = spec;
  }

  @Override
  public final S spec() {
    return spec;
  }

  /** For kernels without native resources, which are most. */
  @Override
  protected void release() {}

  /** Checks type, size, owner and liveness of one argument. */
  final void check(Stream stream, String role, DeviceBuffer buffer, DataType type, long count) {
    if (buffer.type() != type || buffer.count() < count) {
      throw new SpecException(
          "%s: %s needs %d %s elements, but is %s"
              .formatted(spec.describe(), role, count, type, buffer));
    }
    stream.use(buffer);
  }

  /** Refuses an output that shares memory with an input it may not share memory with. */
  final void checkApart(String role, DeviceBuffer buffer, String otherRole, DeviceBuffer other) {
    if (buffer.overlaps(other)) {
      throw new SpecException(
          "%s: %s must not share memory with %s, but %s overlaps %s"
              .formatted(spec.describe(), role, otherRole, buffer, other));
    }
  }
}
