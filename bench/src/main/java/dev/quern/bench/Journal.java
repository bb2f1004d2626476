package dev.quern.bench;

import dev.quern.bench.machine.Calm;
import dev.quern.bench.machine.CpuRoof;
import dev.quern.bench.machine.MachineScan;
import dev.quern.bench.machine.OtherWork;
import dev.quern.bench.result.Ceilings;
import dev.quern.bench.result.DeviceRun;
import dev.quern.bench.result.Look;
import dev.quern.bench.result.Machine;
import dev.quern.bench.result.Quiet;
import dev.quern.bench.result.Result;
import dev.quern.bench.result.Run;
import dev.quern.bench.result.Settings;
import dev.quern.core.DeviceInfo;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes down what is measured while it goes, so that there is a {@link Run} at any time, for any
 * thread.
 */
final class Journal {
  /** Seconds that waiting for a calm machine may cost each case. */
  private static final double PATIENCE = 4;

  /** The same in a quick run, which is to end in three minutes. */
  private static final double QUICK_PATIENCE = 0.5;

  private final Settings settings;
  private final Machine machine = MachineScan.here();
  private final String date = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  private final long begun = System.nanoTime();
  private final OtherWork others = new OtherWork();
  private final Ceilings processors;
  private final List<DeviceRun> finished = new ArrayList<>();
  private final Calm calm;
  private @Nullable Double peakAfter;
  private @Nullable Double memoryAfter;
  private @Nullable DeviceInfo device;
  private List<Result> results = new ArrayList<>();
  private Look best = Look.UNKNOWN;
  private Look worst = Look.UNKNOWN;
  private Ceilings ceilings = Ceilings.UNKNOWN;

  /**
   * A journal without entries.
   *
   * @param processors what this machine's processors can do at most, as far as known
   */
  Journal(Settings settings, Ceilings processors) {
    this.settings = settings;
    this.processors = processors;
    calm = new Calm(processors.gflops(), settings.quick() ? QUICK_PATIENCE : PATIENCE);
  }

  /** What comes now is of this device. */
  synchronized void begin(DeviceInfo next) {
    turn();
    device = next;
    ceilings = next.kind() == DeviceInfo.Kind.CPU ? processors : Ceilings.UNKNOWN;
  }

  /** Adds a result of the device that was begun. */
  synchronized void add(Result result) {
    results.add(result);
    best = best.best(result.look());
    worst = worst.worst(result.look());
    ceilings = SeenCeilings.raised(ceilings, result);
  }

  /** Whether the processors are there for the device that was begun, as far as known. */
  synchronized Calm calm() {
    boolean needed = device != null && device.kind() == DeviceInfo.Kind.CPU;
    return needed ? calm : Calm.UNWATCHED;
  }

  /** Of the device that was begun. */
  synchronized Ceilings ceilings() {
    return ceilings;
  }

  /** Looks again at what the processors can do, now that all is measured. */
  void end() {
    if (processors.gflops() == null) {
      return;
    }
    Double peak = CpuRoof.peak();
    Double memory = CpuRoof.memory();
    synchronized (this) {
      peakAfter = peak;
      memoryAfter = memory;
    }
  }

  double seconds() {
    return (System.nanoTime() - begun) / 1e9;
  }

  /** The run as it is now. */
  synchronized Run run(boolean complete) {
    List<DeviceRun> devices = new ArrayList<>(finished);
    if (device != null) {
      devices.add(new DeviceRun(device, ceilings, results));
    }
    Quiet quiet =
        new Quiet(
            new Quiet.Change(processors.gflops(), peakAfter),
            new Quiet.Change(processors.memory(), memoryAfter),
            others.share(),
            best,
            worst);
    return new Run(date, seconds(), complete, settings, machine, quiet, devices);
  }

  private void turn() {
    if (device != null) {
      finished.add(new DeviceRun(device, ceilings, results));
      results = new ArrayList<>();
    }
  }
}
