package dev.quern.cuda;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Kernel;
import dev.quern.core.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A pass of one of our own kernels; the kernel is its owner's.
 *
 * @param kernel the kernel
 * @param pass what to run of it
 */
record OwnWay(Kernel kernel, Pass pass) implements Way {

  /** A pass. */
  interface Pass {
    void run(
        Stream stream,
        DeviceBuffer a,
        DeviceBuffer b,
        @Nullable DeviceBuffer bias,
        DeviceBuffer out);
  }

  @Override
  public String name() {
    return kernel.implementation();
  }

  @Override
  public long workspaceBytes() {
    return kernel.workspaceBytes();
  }

  @Override
  public void run(
      Stream stream,
      DeviceBuffer a,
      DeviceBuffer b,
      @Nullable DeviceBuffer bias,
      DeviceBuffer out) {
    pass.run(stream, a, b, bias, out);
  }
}
