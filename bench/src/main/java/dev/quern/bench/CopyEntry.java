package dev.quern.bench;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** The device's own copy from one buffer to another: the ceiling of what memory bounds. */
final class CopyEntry implements Entry {
  static final String OP = "copy/";

  private final long count;

  /** Copies of so many FLOAT32 elements. */
  CopyEntry(long count) {
    this.count = count;
  }

  private String name() {
    return OP + count;
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

  private Measurement timed(Conditions conditions) {
    Device device = conditions.device();
    try (Stream stream = device.newStream();
        Arena arena = device.newArena("benchmark", 2 * Arena.footprint(DataType.FLOAT32, count));
        Filler filler = new Filler(device, stream)) {
      DeviceBuffer from = arena.allocate("from", DataType.FLOAT32, count);
      DeviceBuffer to = arena.allocate("to", DataType.FLOAT32, count);
      filler.fill(from, Slot.floats("from", count));
      filler.fill(to, Slot.floats("to", count));
      Runnable body = () -> stream.copy(from, to);
      Stopwatch watch = new Stopwatch(stream, conditions.seconds(), () -> {}, Integer.MAX_VALUE);
      Stopwatch.Timing timing = watch.time(body);
      return new Measurement(
          "stream copy",
          false,
          timing.device(),
          timing.wall(),
          null,
          watch.calls(body, timing),
          timing.runs(),
          0,
          2.0 * Float.BYTES * count,
          0);
    }
  }
}
