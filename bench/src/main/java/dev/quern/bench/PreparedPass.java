package dev.quern.bench;

import dev.quern.core.Device;
import dev.quern.core.Kernel;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import dev.quern.kernels.Precision;

/**
 * A kernel case of the suite, ready to run: for those who time it otherwise than {@code quern
 * bench} does. Small ones have been compared with the reference, and all have been run until they
 * got no faster. Used by one thread.
 */
public final class PreparedPass implements AutoCloseable {
  /** Each time, beside the second that a stopwatch takes for itself on a CPU. */
  private static final double WARM_SECONDS = 0.5;

  private static final int MOST_ROUNDS = 10;

  /** What counts as faster, as a share of the time before. */
  private static final double FASTER = 0.9;

  private final Kernel kernel;
  private final Stream stream;
  private final BoundRun<?> pass;
  private int runs;

  /** Takes over all three. */
  PreparedPass(Kernel kernel, Stream stream, BoundRun<?> pass) {
    this.kernel = kernel;
    this.stream = stream;
    this.pass = pass;
  }

  /**
   * Prepares a case.
   *
   * @param precision of products; part of some names
   * @param name as {@code quern bench --list} gives it
   * @throws SpecException if the suite for such devices has no kernel of that name
   * @throws dev.quern.core.ComputeException if the device cannot run it, or answers wrongly
   */
  public static PreparedPass open(Device device, Precision precision, String name) {
    for (KernelEntry<?> entry : Suite.kernels(device.info().kind(), precision)) {
      if (entry.names().contains(name)) {
        PreparedPass pass = entry.prepare(device, name);
        pass.warmUp();
        return pass;
      }
    }
    throw new SpecException(
        "no kernel is named '%s' in %s for %s; quern bench --list gives the names"
            .formatted(name, precision, device.info().id()));
  }

  /**
   * Java may take several times its usual second to compile a kernel, and JMH's iterations come
   * when they come; so it is timed here until it is no faster than the time before.
   */
  private void warmUp() {
    try {
      Stopwatch watch = new Stopwatch(stream, WARM_SECONDS, pass::rewind, pass.mostRuns());
      double best = Double.POSITIVE_INFINITY;
      double last = Double.MAX_VALUE;
      for (int i = 0; i < MOST_ROUNDS && last < FASTER * best; i++) {
        best = last;
        last = watch.time(pass::run).wall().median();
      }
      pass.rewind();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Runs once, and waits for the end of it. */
  public void run() {
    if (runs == pass.mostRuns()) {
      pass.rewind();
      runs = 0;
    }
    pass.run();
    stream.synchronize();
    runs++;
  }

  @Override
  public void close() {
    try (kernel;
        stream;
        pass) {
      stream.synchronize();
    }
  }
}
