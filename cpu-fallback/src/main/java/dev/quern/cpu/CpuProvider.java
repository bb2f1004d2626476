package dev.quern.cpu;

import dev.quern.core.BackendProvider;
import dev.quern.core.BackendUnavailableException;
import dev.quern.core.ComputeException;
import dev.quern.core.Device;
import dev.quern.core.DeviceInfo;
import dev.quern.core.HostProcessor;
import dev.quern.core.Probe;
import dev.quern.kernels.SelfTest;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The CPU backend. System properties, read when a device is probed or opened:
 *
 * <ul>
 *   <li>{@code quern.cpu.threads}: number of threads, by default one a processor
 *   <li>{@code quern.cpu.vectorBits}: 512, 256 or 128, or 0 for plain Java; by default what the
 *       processor prefers
 *   <li>{@code quern.cpu.convolution}, read when a convolution is prepared: {@code direct}, {@code
 *       held}, {@code grouped}, {@code pointwise}, {@code winograd2} or {@code winograd4} where
 *       that is possible; by default the fastest
 * </ul>
 */
public final class CpuProvider implements BackendProvider {
  private static final String NAME = "cpu";

  /** For the process, as the flag is. */
  private static final AtomicBoolean WARNED = new AtomicBoolean();

  /** For {@link java.util.ServiceLoader}. */
  public CpuProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int priority() {
    return 200; // behind CUDA, before OpenCL on the same processor
  }

  @Override
  public Probe probe() {
    try {
      Simd simd = Simd.choose();
      warnIfSlow();
      HostMemory memory = HostMemory.ofThisMachine();
      DeviceInfo info =
          new DeviceInfo(
              NAME,
              NAME,
              DeviceInfo.Kind.CPU,
              HostProcessor.name(),
              simd.description()
                  + ", "
                  + threads()
                  + " threads, Java "
                  + Runtime.version().feature(),
              memory.totalBytes(),
              null);
      try (CpuDevice device = new CpuDevice(info, simd, threads(), memory)) {
        SelfTest.run(device);
      }
      return Probe.available(NAME, simd.description(), List.of(info));
    } catch (ComputeException | LinkageError | IllegalCallerException e) {
      return Probe.unavailable(NAME, String.valueOf(e.getMessage()), e, List.of());
    }
  }

  @Override
  public Device open(DeviceInfo info) {
    if (!info.backend().equals(NAME)) {
      throw new BackendUnavailableException(info.id() + " is not a device of backend cpu", null);
    }
    return new CpuDevice(info, Simd.choose(), threads(), HostMemory.ofThisMachine());
  }

  /** Says once that much is left unused; who sets the property knows. */
  private static void warnIfSlow() {
    boolean byAccident =
        !Simd.vectorModulePresent() && System.getProperty(Simd.BITS_PROPERTY) == null;
    if (byAccident && WARNED.compareAndSet(false, true)) {
      System.getLogger(CpuProvider.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "The CPU backend runs in plain Java, many times slower than it could: start Java with"
                  + " "
                  + Simd.FLAG);
    }
  }

  private static int threads() {
    String property = System.getProperty("quern.cpu.threads");
    if (property == null) {
      return Runtime.getRuntime().availableProcessors();
    }
    try {
      int threads = Integer.parseInt(property);
      if (threads >= 1 && threads <= 1024) {
        return threads;
      }
    } catch (NumberFormatException e) {
      // answered below
    }
    throw new ComputeException(
        "quern.cpu.threads must be a number from 1 to 1024, but is '" + property + "'");
  }
}
