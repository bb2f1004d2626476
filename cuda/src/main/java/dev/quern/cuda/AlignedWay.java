package dev.quern.cuda;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A library's way where all operands begin at multiples of 16 bytes, which its fast kernels count
 * on, and our own for slices that do not.
 *
 * @param library the way for aligned operands
 * @param own the way for any
 */
record AlignedWay(Way library, Way own) implements Way {
  /** Loads of four floats; buffers straight from an arena are aligned to 256 bytes. */
  static final int ALIGNMENT = 16;

  @Override
  public String name() {
    return library.name();
  }

  @Override
  public long workspaceBytes() {
    return Math.max(library.workspaceBytes(), own.workspaceBytes());
  }

  @Override
  public void run(
      Stream stream,
      DeviceBuffer a,
      DeviceBuffer b,
      @Nullable DeviceBuffer bias,
      DeviceBuffer out) {
    long bits =
        CudaBuffer.address(a)
            | CudaBuffer.address(b)
            | CudaBuffer.address(out)
            | (bias == null ? 0 : CudaBuffer.address(bias));
    (bits % ALIGNMENT == 0 ? library : own).run(stream, a, b, bias, out);
  }
}
