package dev.quern.bench.meter;

import dev.quern.bench.machine.Calm;
import dev.quern.bench.result.Summary;
import dev.quern.core.DeviceInfo;
import dev.quern.core.Event;
import dev.quern.core.Stream;
import java.util.ArrayList;
import java.util.List;

/**
 * Times work on a stream, in batches: by events around a batch, which is the device's time, and by
 * the clock around it and the wait for its end, which is what a caller sees.
 */
final class Stopwatch {
  /** Long against what an event costs and against its resolution, half a microsecond. */
  private static final long BATCH_NANOS = 4_000_000;

  /** Work that waits for the device at the same time. */
  private static final int MOST_RUNS = 1000;

  private static final int LEAST_SAMPLES = 3;

  /** Enough is known when the median is known this well. */
  private static final double LEAST_DOUBT = 0.01;

  /**
   * But not before this part of the time is over: a host slows a machine down for tenths of a
   * second, in which one batch takes as long as the other.
   */
  private static final double LEAST_TIME = 0.5;

  /** A batch this much faster than those before shows that these were no steady state. */
  private static final double JUMP = 0.85;

  private static final int MOST_RESTARTS = 3;

  /** Runs until a device knows what it has to make faster. */
  private static final int FIRST_RUNS = 3;

  /** Java takes about a second to compile a kernel; GPUs take less to raise their clocks. */
  private static final double WARM_UP_CPU = 1;

  private static final double WARM_UP_GPU = 0.05;

  /** The end of warming up what never gets steady, as a multiple. */
  private static final double LONGEST_WARM_UP = 3;

  /** Calls in a row whose cost is measured: few enough for any queue. */
  private static final int CALLS = 16;

  private static final int CALL_SAMPLES = 21;

  private final Stream stream;
  private final double seconds;
  private final Runnable rewind;
  private final int mostRuns;
  private final Calm calm;

  /**
   * A stopwatch.
   *
   * @param stream where the work goes
   * @param seconds how long to take samples at most, warming up apart
   * @param rewind enqueues what must happen after every {@code mostRuns} runs
   * @param mostRuns runs in a batch at most
   * @param calm whether the machine is fit for measuring
   */
  Stopwatch(Stream stream, double seconds, Runnable rewind, int mostRuns, Calm calm) {
    this.stream = stream;
    this.seconds = seconds;
    this.rewind = rewind;
    this.mostRuns = Math.min(mostRuns, MOST_RUNS);
    this.calm = calm;
  }

  /**
   * Times of a run.
   *
   * @param device by the device's clock
   * @param wall by the host's
   * @param runs in each sample
   */
  record Timing(Summary device, Summary wall, int runs) {}

  private record Batch(double device, double wall) {}

  /** The times of a body that enqueues one run. */
  Timing time(Runnable body) {
    int runs = warmUp(body);
    CalmSamples<Batch> batches = new CalmSamples<>(calm);
    int restarts = 0;
    while (true) {
      Batch batch = batch(body, runs);
      if (restarts < MOST_RESTARTS
          && seconds > 0
          && !batches.list().isEmpty()
          && batch.wall() < JUMP * summary(batches.list(), false).median()) {
        restarts++;
        batches.clear();
        runs = runsFor(batch.wall());
      } else {
        batches.add(batch);
      }
      if (isEnough(batches.list(), runs) && batches.look()) {
        return new Timing(summary(batches.list(), true), summary(batches.list(), false), runs);
      }
    }
  }

  private boolean isEnough(List<Batch> batches, int runs) {
    if (batches.size() < LEAST_SAMPLES) {
      return false;
    }
    double spent = batches.stream().mapToDouble(batch -> batch.wall() * runs / 1e9).sum();
    return spent >= seconds
        || (spent >= LEAST_TIME * seconds && summary(batches, true).doubt() < LEAST_DOUBT);
  }

  /** Runs a body again and again for so long; returns the nanoseconds of a run, by the host. */
  double round(Runnable body, long nanos) {
    double spent = 0;
    long done = 0;
    int runs = 1;
    while (spent < nanos) {
      double wall = batch(body, runs).wall();
      spent += wall * runs;
      done += runs;
      runs = runsFor(wall);
    }
    return spent / done;
  }

  /** What it costs the host to enqueue one run; on devices that work in the call, the run too. */
  Summary calls(Runnable body, Timing timing) {
    int calls =
        (int) Math.clamp(BATCH_NANOS / timing.wall().median(), 1, Math.min(CALLS, mostRuns));
    List<Double> samples = new ArrayList<>();
    long begun = System.nanoTime();
    do {
      rewind.run();
      stream.synchronize();
      long start = System.nanoTime();
      for (int i = 0; i < calls; i++) {
        body.run();
      }
      samples.add((double) (System.nanoTime() - start) / calls);
      stream.synchronize();
    } while (samples.size() < CALL_SAMPLES
        && (samples.size() < LEAST_SAMPLES || System.nanoTime() - begun < seconds / 4 * 1e9));
    return Summary.of(samples.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /**
   * Lets the device settle, since plain Java that stands in for code being compiled is steady, too;
   * then runs for a while, and on until it has got no faster for half as long. Returns how many
   * runs make a batch.
   */
  private int warmUp(Runnable body) {
    if (seconds > 0) {
      for (int i = 0; i < FIRST_RUNS; i++) {
        batch(body, 1);
      }
      stream.device().settle();
    }
    boolean cpu = stream.device().info().kind() == DeviceInfo.Kind.CPU;
    double least = seconds == 0 ? 0 : 1e9 * (cpu ? WARM_UP_CPU : WARM_UP_GPU);
    long begun = System.nanoTime();
    long jumped = begun;
    double best = batch(body, 1).wall();
    int runs = 1;
    while (true) {
      double wall = batch(body, runs).wall();
      runs = runsFor(wall);
      long now = System.nanoTime();
      if (wall < JUMP * best) {
        jumped = now;
      }
      best = Math.min(best, wall);
      boolean steady = now - jumped >= least / 2;
      if (now - begun >= (steady ? least : LONGEST_WARM_UP * least)) {
        return runs;
      }
    }
  }

  private int runsFor(double nanos) {
    return (int) Math.clamp(BATCH_NANOS / nanos, 1, mostRuns);
  }

  private Batch batch(Runnable body, int runs) {
    rewind.run();
    stream.synchronize();
    long begun = System.nanoTime();
    try (Event start = stream.mark()) {
      for (int i = 0; i < runs; i++) {
        body.run();
      }
      try (Event end = stream.mark()) {
        stream.synchronize();
        double wall = System.nanoTime() - begun;
        double device = Math.max(1, end.nanosSince(start));
        return new Batch(device / runs, wall / runs);
      }
    }
  }

  private static Summary summary(List<Batch> batches, boolean device) {
    return Summary.of(batches.stream().mapToDouble(b -> device ? b.device() : b.wall()).toArray());
  }
}
