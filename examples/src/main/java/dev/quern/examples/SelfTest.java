package dev.quern.examples;

import dev.quern.core.Arena;
import dev.quern.core.ComputeException;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.HostBuffer;
import dev.quern.core.Kernel;
import dev.quern.core.Stream;
import dev.quern.kernels.cases.Argument;
import dev.quern.kernels.cases.Bindings;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Cases;
import dev.quern.kernels.cases.Expected;
import dev.quern.kernels.cases.Run;
import dev.quern.kernels.cases.Values;
import java.io.PrintWriter;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One case of every op on a device: is the answer right, how is it computed, and roughly how fast. */
final class SelfTest {
  /** Operations of the largest case that is tried; more would make the test slow, not better. */
  private static final double MOST_FLOPS = 2e8;

  private static final double NANOS_PER_PASS = 3e7;

  private static final int MOST_RUNS = 10_000;

  private final Device device;
  private final PrintWriter out;

  SelfTest(Device device, PrintWriter out) {
    this.device = device;
    this.out = out;
  }

  /** Prints a line a pass; returns how many failed. */
  int run() {
    int failures = 0;
    Set<Class<?>> done = new HashSet<>();
    for (Case<?> problem : Cases.all().reversed()) {
      boolean small =
          problem.spec().passes().stream().allMatch(p -> problem.spec().flops(p) < MOST_FLOPS);
      if (problem.plain() && small && done.add(problem.spec().kernelType())) {
        failures += check(problem);
      }
    }
    return failures;
  }

  private <K extends Kernel> int check(Case<K> problem) {
    int failures = 0;
    try (K kernel = device.prepare(problem.spec());
        Stream stream = device.newStream()) {
      stream.reserveWorkspace(kernel.workspaceBytes());
      for (Run<K> run : problem.runs()) {
        failures += check(problem, kernel, run, stream);
      }
    } catch (ComputeException e) {
      out.printf("  FAILED  %s: %s%n", problem.spec().describe(), e.getMessage());
      failures++;
    }
    return failures;
  }

  private <K extends Kernel> int check(Case<K> problem, K kernel, Run<K> run, Stream stream) {
    long bytes = 0;
    for (Argument argument : run.arguments()) {
      bytes += Arena.footprint(argument.initial().type(), argument.initial().count());
    }
    try (Arena arena = device.newArena("self-test", bytes)) {
      Bindings buffers = new Bindings();
      for (Argument argument : run.arguments()) {
        Values initial = argument.initial();
        DeviceBuffer buffer = arena.allocate(argument.role(), initial.type(), initial.count());
        write(stream, buffer, initial);
        buffers.put(argument.role(), buffer);
      }
      run.call().run(kernel, stream, buffers);
      String wrong = wrong(run, stream, buffers);
      out.printf(
          "  %-7s %-46s %-16s %-26s %s%n",
          wrong == null ? "ok" : "FAILED",
          problem.spec().describe(),
          run.pass(),
          kernel.implementation(),
          wrong == null ? rate(problem, kernel, run, stream, buffers) : wrong);
      out.flush();
      return wrong == null ? 0 : 1;
    }
  }

  private static void write(Stream stream, DeviceBuffer buffer, Values values) {
    switch (values.type()) {
      case FLOAT32 ->
          stream.write(buffer, values.bits().toArray(ValueLayout.JAVA_FLOAT));
      case INT32 ->
          stream.write(buffer, values.bits().toArray(ValueLayout.JAVA_INT));
      case UINT8 ->
          stream.write(buffer, values.bits().toArray(ValueLayout.JAVA_BYTE));
    }
  }

  private @Nullable String wrong(Run<?> run, Stream stream, Bindings buffers) {
    for (Map.Entry<String, Expected> entry : run.reference().get().entrySet()) {
      DeviceBuffer buffer = buffers.get(entry.getKey());
      try (HostBuffer host = device.newHostBuffer("result", Math.max(1, buffer.bytes()))) {
        stream.read(buffer, host);
        stream.synchronize();
        Values actual = Values.read(buffer.type(), host.segment(), buffer.count());
        String mismatch = entry.getValue().mismatch(actual, false);
        if (mismatch != null) {
          return entry.getKey() + ": " + mismatch;
        }
      }
    }
    return null;
  }

  /** Time of a run after a short warm-up, as operations or bytes a second, whichever bounds it. */
  private static <K extends Kernel> String rate(
      Case<K> problem, K kernel, Run<K> run, Stream stream, Bindings buffers) {
    double nanos = nanosPerRun(1, kernel, run, stream, buffers);
    for (int round = 0; round < 2; round++) { // the first one warms up
      // Counted, not timed: a device that runs behind would be given far more than it can finish.
      int runs = (int) Math.clamp(NANOS_PER_PASS / nanos, 1, MOST_RUNS);
      nanos = nanosPerRun(runs, kernel, run, stream, buffers);
    }
    double flops = problem.spec().flops(run.pass());
    double bytes = problem.spec().bytes(run.pass());
    return flops > 10 * bytes
        ? String.format(Locale.ROOT, "%8.1f us %7.1f GFLOP/s", nanos / 1e3, flops / nanos)
        : String.format(Locale.ROOT, "%8.1f us %7.1f GB/s", nanos / 1e3, bytes / nanos);
  }

  private static <K extends Kernel> double nanosPerRun(
      int runs, K kernel, Run<K> run, Stream stream, Bindings buffers) {
    long start = System.nanoTime();
    for (int i = 0; i < runs; i++) {
      run.call().run(kernel, stream, buffers);
    }
    stream.synchronize();
    return Math.max(1.0, (double) (System.nanoTime() - start) / runs);
  }
}
