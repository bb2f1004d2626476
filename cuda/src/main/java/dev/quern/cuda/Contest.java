package dev.quern.cuda;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.DeviceException;
import dev.quern.core.Event;
import dev.quern.core.OutOfDeviceMemoryException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Picks the fastest of several ways to compute the same, by running them on memory of the problem's
 * size. Libraries' own predictions are off by a factor of two now and then, and know nothing of our
 * kernels. In deterministic mode the first way that works is taken, so that every process computes
 * the same bits.
 */
final class Contest {
  private static final int WARM_UPS = 2;
  private static final int ROUNDS = 5;
  private static final long ROUND_NANOS = 300_000;
  private static final int MOST_RUNS = 50;

  private final CudaDevice device;
  private final String problem;
  private final long aElements;
  private final long bElements;
  private final long biasElements;
  private final long outElements;

  /**
   * A contest over operands of these sizes.
   *
   * @param problem names spec and pass, for the device to remember the winner by: the same problem
   *     is computed in the same way as long as the device is open
   */
  Contest(
      CudaDevice device,
      String problem,
      long aElements,
      long bElements,
      long biasElements,
      long outElements) {
    this.device = device;
    this.problem = problem;
    this.aElements = aElements;
    this.bElements = bElements;
    this.biasElements = biasElements;
    this.outElements = outElements;
  }

  /**
   * The fastest.
   *
   * @param libraries what libraries offer, the likely one first
   * @param own our own kernel, which is right in any case
   */
  Way winner(List<Way> libraries, Way own) {
    if (libraries.isEmpty()) {
      return own;
    }
    List<Way> ways = new ArrayList<>();
    libraries.forEach(way -> ways.add(new AlignedWay(way, own)));
    ways.add(own);
    synchronized (device.winners()) {
      int known = device.winners().computeIfAbsent(problem, name -> measuredOrFirst(ways));
      return ways.get(known);
    }
  }

  private int measuredOrFirst(List<Way> ways) {
    try {
      return measured(ways);
    } catch (OutOfDeviceMemoryException e) {
      return 0; // too large to try: what the libraries recommend
    }
  }

  private int measured(List<Way> ways) {
    long bytes =
        Arena.footprint(DataType.FLOAT32, aElements)
            + Arena.footprint(DataType.FLOAT32, bElements)
            + Arena.footprint(DataType.FLOAT32, biasElements)
            + Arena.footprint(DataType.FLOAT32, outElements);
    try (Arena arena = device.newArena("measuring", bytes);
        CudaStream stream = (CudaStream) device.newStream()) {
      Operands operands =
          new Operands(
              stream,
              cleared(stream, arena, aElements),
              cleared(stream, arena, bElements),
              biasElements == 0 ? null : cleared(stream, arena, biasElements),
              cleared(stream, arena, outElements));
      int best = ways.size() - 1;
      double shortest = Double.POSITIVE_INFINITY;
      for (int i = 0; i < ways.size(); i++) {
        double nanos = operands.nanos(ways.get(i));
        if (nanos < shortest) {
          shortest = nanos;
          best = i;
          if (device.deterministic()) {
            return best;
          }
        }
      }
      return best;
    }
  }

  private static DeviceBuffer cleared(CudaStream stream, Arena arena, long elements) {
    DeviceBuffer buffer = arena.allocate("operand", DataType.FLOAT32, elements);
    stream.clear(buffer);
    return buffer;
  }

  /** Where the ways compute. */
  private record Operands(
      CudaStream stream,
      DeviceBuffer a,
      DeviceBuffer b,
      @Nullable DeviceBuffer bias,
      DeviceBuffer out) {

    /** Median time of a run; infinite if the library refuses. */
    double nanos(Way way) {
      try {
        stream.reserveWorkspace(way.workspaceBytes());
        run(way, WARM_UPS);
        double once = Math.max(1, run(way, 1));
        if (((CudaDevice) stream.device()).deterministic()) {
          return once; // it works, which is all that counts
        }
        int runs = Math.clamp((long) (ROUND_NANOS / once), 1, MOST_RUNS);
        double[] times = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
          times[round] = run(way, runs) / runs;
        }
        Arrays.sort(times);
        return times[ROUNDS / 2];
      } catch (DeviceException e) {
        System.getLogger(Contest.class.getName())
            .log(System.Logger.Level.DEBUG, way.name() + " is left out", e);
        return Double.POSITIVE_INFINITY;
      }
    }

    private double run(Way way, int runs) {
      try (Event start = stream.mark()) {
        for (int i = 0; i < runs; i++) {
          way.run(stream, a, b, bias, out);
        }
        try (Event end = stream.mark()) {
          end.synchronize();
          return end.nanosSince(start);
        }
      }
    }
  }
}
