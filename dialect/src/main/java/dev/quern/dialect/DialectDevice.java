package dev.quern.dialect;

import dev.quern.core.Device;
import dev.quern.core.DeviceInfo;
import dev.quern.core.Stream;
import dev.quern.core.Tunable;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A device whose kernels are compiled from the dialect when they are needed. What a backend says
 * here is all that the ops of this package ask of it.
 */
public abstract class DialectDevice extends Device implements Tunable {
  private @Nullable Tuning tuning;

  /** A device that has been opened. */
  protected DialectDevice(DeviceInfo info) {
    super(info);
  }

  /** What kernels are fitted to; the same at every call. */
  public abstract Traits traits();

  /**
   * A program, compiled unless it has been before. Called by any thread.
   *
   * @param what the spec that needs it, for messages
   * @param files names for {@link KernelSource#of}
   * @param defines all macros, {@code NAME=value}, in an order that is the same for the same
   *     program
   * @throws dev.quern.core.DeviceException with the compiler's first error
   */
  protected abstract Program program(String what, List<String> files, String... defines);

  /**
   * A launch of a function of one of this device's programs; see {@link Launch} for the order of
   * arguments.
   *
   * @param what the spec that needs it, for messages
   * @param range its work-items
   * @param buffers number of buffer parameters, which are set later
   * @param numbers the other arguments in order: Integer, Float or Long
   * @throws IllegalArgumentException if a number is none of these
   * @throws dev.quern.core.DeviceException if the driver refuses
   */
  protected abstract Launch launch(
      String what, Program program, String function, Range range, int buffers, Number... numbers);

  /**
   * Device memory that holds these numbers, entered into the device's books.
   *
   * @throws dev.quern.core.OutOfDeviceMemoryException if there is too little
   */
  protected abstract Constants constants(String label, int[] values);

  /**
   * The native handle of a stream's scratch memory, for {@link Launch#memory}: a cl_mem or a
   * CUdeviceptr. Anything if none has been reserved; kernels know how much they asked for.
   */
  protected abstract long workspace(Stream stream);

  /** What has been measured on devices of this make; read once, when the first product asks. */
  protected final synchronized Tuning tuning() {
    if (tuning == null) {
      tuning = Tuning.of(info().backend(), traits());
    }
    return tuning;
  }

  @Override
  public final Path tune(Consumer<String> progress) {
    return Tuning.write(info().backend(), traits(), new Tuner(this).run(progress));
  }
}
