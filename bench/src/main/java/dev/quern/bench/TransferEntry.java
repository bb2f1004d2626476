package dev.quern.bench;

import dev.quern.bench.result.Measurement;
import dev.quern.bench.result.Result;
import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.HostBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.cases.Values;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Elements on their way: within the device's memory, to it, or from it. */
final class TransferEntry implements Entry {
  /** The group of copies within a device, which are the ceiling of what memory bounds. */
  static final String COPIES = "copy";

  /** Where elements come from and go to. */
  enum Way {
    /** From one buffer of the device to another. */
    COPY,
    /** From staging memory of the host to the device. */
    UPLOAD,
    /** From the device to staging memory of the host. */
    DOWNLOAD;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Way way;
  private final long count;

  /** So many FLOAT32 elements. */
  TransferEntry(Way way, long count) {
    this.way = way;
    this.count = count;
  }

  private String name() {
    return way + "/" + count;
  }

  @Override
  public List<String> names() {
    return List.of(name());
  }

  @Override
  public void measure(Conditions conditions, Set<String> wanted, Consumer<Result> results) {
    try {
      results.accept(Result.ok(name(), timed(conditions)));
    } catch (RuntimeException e) {
      results.accept(Result.failed(name(), e));
    }
  }

  /** No two alike: memory that compresses what it holds must not show. */
  private Values numbers() {
    SplittableRandom random = new SplittableRandom(1);
    float[] numbers = new float[(int) Math.min(count, Filler.PIECE)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) random.nextDouble();
    }
    return Values.of(numbers);
  }

  private Measurement timed(Conditions conditions) {
    Device device = conditions.device();
    long bytes = count * Float.BYTES;
    boolean copy = way == Way.COPY;
    long buffers = copy ? 2 : 1;
    try (Stream stream = device.newStream();
        Arena arena =
            device.newArena("benchmark", buffers * Arena.footprint(DataType.FLOAT32, count));
        HostBuffer host = device.newHostBuffer("staging", copy ? 1 : bytes)) {
      DeviceBuffer first = arena.allocate("first", DataType.FLOAT32, count);
      DeviceBuffer second = copy ? arena.allocate("second", DataType.FLOAT32, count) : first;
      try (Filler filler = new Filler(device, stream)) {
        filler.fill(first, numbers());
        filler.fill(second, numbers());
      }
      Runnable body =
          switch (way) {
            case COPY -> () -> stream.copy(first, second);
            case UPLOAD -> () -> stream.write(first, host);
            case DOWNLOAD -> () -> stream.read(first, host);
          };
      return timed(conditions, stream, body, (copy ? 2.0 : 1.0) * bytes);
    }
  }

  private Measurement timed(Conditions conditions, Stream stream, Runnable body, double bytes) {
    Stopwatch watch = new Stopwatch(stream, conditions.seconds(), () -> {}, Integer.MAX_VALUE);
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
