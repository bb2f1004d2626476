package dev.quern.bench.meter;

import dev.quern.bench.result.Summary;
import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;

/** Times runs whose data lie in no cache any more, as in a program that does other work, too. */
final class ColdRuns {
  /** More than caches hold; of most GPUs, too. */
  private static final long ELEMENTS = 32L << 20;

  private static final int SAMPLES = 7;

  private ColdRuns() {}

  /** By the host's clock, launch and wait included: the first run after much other memory. */
  static Summary time(Stream stream, Placements<?> run) {
    long bytes = Arena.footprint(DataType.FLOAT32, ELEMENTS);
    try (Arena arena = stream.device().newArena("cold caches", bytes)) {
      DeviceBuffer other = arena.allocate("other", DataType.FLOAT32, ELEMENTS);
      double[] nanos = new double[SAMPLES];
      for (int i = 0; i < SAMPLES; i++) {
        run.next();
        stream.clear(other);
        stream.synchronize();
        long begun = System.nanoTime();
        run.run();
        stream.synchronize();
        nanos[i] = System.nanoTime() - begun;
      }
      return Summary.of(nanos);
    }
  }
}
