package dev.quern.cuda;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One way to compute an output from two inputs and perhaps a bias; {@link Contest} picks one. What
 * it holds is closed by the kernel that it belongs to.
 */
interface Way {

  /** Its name for {@code implementation()}, for example {@code cudnn:implicit-gemm}. */
  String name();

  /** Scratch memory of the stream that a run needs, in bytes. */
  long workspaceBytes();

  /** Enqueues the work; allocates nothing. */
  void run(
      Stream stream, DeviceBuffer a, DeviceBuffer b, @Nullable DeviceBuffer bias, DeviceBuffer out);
}
