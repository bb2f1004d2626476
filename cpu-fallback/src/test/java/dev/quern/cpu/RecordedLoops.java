package dev.quern.cpu;

import dev.quern.core.Arena;
import dev.quern.core.DeviceInfo;
import dev.quern.core.Kernel;
import dev.quern.core.Stream;
import dev.quern.kernels.OpSpec;
import dev.quern.kernels.Pass;
import dev.quern.kernels.cases.Argument;
import dev.quern.kernels.cases.Bindings;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Cases;
import dev.quern.kernels.cases.Run;
import java.util.ArrayList;
import java.util.List;

/** Takes down which loops kernels ask for, in order, and runs none of them. */
final class RecordedLoops extends WorkerPool {

  /**
   * A loop.
   *
   * @param name the pass that it belongs to
   * @param units its length
   * @param nanos what a unit takes by the loop's own account
   */
  record Entry(String name, long units, double nanos) {}

  private final List<Entry> entries = new ArrayList<>();
  private final int workers;
  private String name = "";

  /** Kernels cut some of their work by the number of workers; there is none here. */
  RecordedLoops(int workers) {
    super(1);
    this.workers = workers;
  }

  @Override
  int workers() {
    return workers;
  }

  @Override
  void run(long units, double nanos, Loop body) {
    entries.add(new Entry(name + " " + body.getClass().getSimpleName(), units, nanos));
  }

  /** The loops of these passes. */
  static List<Entry> of(List<OpSpec<?>> specs, List<Pass> passes, Simd simd, int workers) {
    DeviceInfo info = new DeviceInfo("cpu", "cpu", DeviceInfo.Kind.CPU, "test", "test", 0, null);
    RecordedLoops pool = new RecordedLoops(workers);
    try (CpuDevice device = new CpuDevice(info, simd, pool, HostMemory.ofThisMachine());
        Stream stream = device.newStream()) {
      for (int i = 0; i < specs.size(); i++) {
        pool.name = specs.get(i).describe() + " " + passes.get(i);
        record(device, stream, Cases.inTraining(specs.get(i)), passes.get(i));
      }
    }
    return pool.entries;
  }

  private static <K extends Kernel> void record(
      CpuDevice device, Stream stream, Case<K> problem, Pass pass) {
    Run<K> run = problem.runs().stream().filter(r -> r.pass() == pass).findFirst().orElseThrow();
    long bytes = 0;
    for (Argument argument : run.arguments()) {
      bytes += Arena.footprint(argument.type(), argument.count());
    }
    try (Arena arena = device.newArena("loops", bytes);
        K kernel = device.prepare(problem.spec())) {
      Bindings buffers = new Bindings();
      for (Argument argument : run.arguments()) {
        buffers.put(
            argument.role(), arena.allocate(argument.role(), argument.type(), argument.count()));
        stream.clear(buffers.get(argument.role()));
      }
      stream.reserveWorkspace(kernel.workspaceBytes());
      run.call().run(kernel, stream, buffers);
    }
  }
}
