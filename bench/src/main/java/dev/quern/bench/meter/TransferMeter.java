package dev.quern.bench.meter;

import dev.quern.bench.result.Measurement;
import dev.quern.bench.result.Result;
import dev.quern.bench.suite.Problem;
import dev.quern.bench.suite.Problem.Transfer.Way;
import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.HostBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.cases.Values;
import java.util.SplittableRandom;

/** Times elements on their way. */
final class TransferMeter {
  private TransferMeter() {}

  static Result measure(Conditions conditions, Problem.Transfer problem) {
    return Result.ok(problem.name(), timed(conditions, problem));
  }

  /** No two alike: memory that compresses what it holds must not show. */
  private static Values numbers(long count) {
    SplittableRandom random = new SplittableRandom(1);
    float[] numbers = new float[(int) Math.min(count, Filler.PIECE)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) random.nextDouble();
    }
    return Values.of(numbers);
  }

  private static Measurement timed(Conditions conditions, Problem.Transfer problem) {
    long count = problem.count();
    Device device = conditions.device();
    long bytes = count * Float.BYTES;
    boolean copy = problem.way() == Way.COPY;
    long buffers = copy ? 2 : 1;
    try (Stream stream = device.newStream();
        Arena arena =
            device.newArena("benchmark", buffers * Arena.footprint(DataType.FLOAT32, count));
        HostBuffer host = device.newHostBuffer("staging", copy ? 1 : bytes)) {
      DeviceBuffer first = arena.allocate("first", DataType.FLOAT32, count);
      DeviceBuffer second = copy ? arena.allocate("second", DataType.FLOAT32, count) : first;
      try (Filler filler = new Filler(device, stream)) {
        filler.fill(first, numbers(count));
        filler.fill(second, numbers(count));
      }
      Runnable body =
          switch (problem.way()) {
            case COPY -> () -> stream.copy(first, second);
            case UPLOAD -> () -> stream.write(first, host);
            case DOWNLOAD -> () -> stream.read(first, host);
          };
      return timed(conditions, stream, problem.way(), body, (copy ? 2.0 : 1.0) * bytes);
    }
  }

  private static Measurement timed(
      Conditions conditions, Stream stream, Way way, Runnable body, double bytes) {
    Stopwatch watch =
        new Stopwatch(stream, conditions.seconds(), () -> {}, Integer.MAX_VALUE, conditions.calm());
    Stopwatch.Timing timing = watch.time(body);
    return new Measurement(
        "stream " + way,
        false,
        timing.device(),
        timing.wall(),
        null,
        null,
        watch.calls(body, timing),
        timing.runs(),
        0,
        bytes,
        0);
  }
}
