package dev.quern.kernels.conformance;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.HostBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.cases.Argument;
import dev.quern.kernels.cases.Bindings;
import dev.quern.kernels.cases.Values;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Device memory for one run at a time. Each buffer lies between two zones of a known pattern, the
 * second right behind its last element, so that writing outside shows. One arena serves all runs
 * and grows when a run needs more.
 */
final class GuardedBuffers implements AutoCloseable {
  /** Bytes of a zone: the alignment, so that the buffer behind it keeps its own. */
  private static final long ZONE = Arena.ALIGNMENT;

  /** A NaN as FLOAT32 and a number out of any range as INT32: reading it shows as well. */
  private static final int PATTERN = 0x7FC5A5A5;

  /** A bound argument: its buffer and the buffer with both zones around it. */
  private record Guarded(Argument argument, DeviceBuffer inner, DeviceBuffer whole) {}

  private final Stream stream;
  private final Map<DataType, DeviceBuffer> slabs = new EnumMap<>(DataType.class);
  private final Map<DataType, Long> capacity = new EnumMap<>(DataType.class);
  private final List<Guarded> bound = new ArrayList<>();
  private @Nullable Arena arena;
  private @Nullable HostBuffer staging;

  GuardedBuffers(Stream stream) {
    this.stream = stream;
  }

  /** Lays the arguments out, in place of the ones before. */
  Bindings bind(List<Argument> arguments) {
    Map<DataType, Long> needed = new EnumMap<>(DataType.class);
    for (Argument argument : arguments) {
      needed.merge(argument.type(), room(argument), Long::sum);
    }
    ensure(needed);
    bound.clear();
    Bindings bindings = new Bindings();
    Map<DataType, Long> next = new EnumMap<>(DataType.class);
    for (Argument argument : arguments) {
      DataType type = argument.type();
      long count = argument.count();
      long zone = ZONE / type.bytes();
      long from = next.getOrDefault(type, 0L);
      next.put(type, from + room(argument));
      DeviceBuffer slab = slab(type);
      DeviceBuffer whole = slab.part("guarded " + argument.role(), from, count + 2 * zone);
      DeviceBuffer inner = slab.part(argument.role(), from + zone, count);
      bound.add(new Guarded(argument, inner, whole));
      bindings.put(argument.role(), inner);
    }
    return bindings;
  }

  private DeviceBuffer slab(DataType type) {
    DeviceBuffer slab = slabs.get(type);
    if (slab == null) {
      throw new IllegalStateException("no memory was laid out for " + type);
    }
    return slab;
  }

  /** Elements that an argument takes with its zones, rounded up to the alignment. */
  private static long room(Argument argument) {
    DataType type = argument.type();
    return (Arena.footprint(type, argument.count()) + 2 * ZONE) / type.bytes();
  }

  private void ensure(Map<DataType, Long> needed) {
    boolean fits =
        needed.entrySet().stream()
            .allMatch(e -> e.getValue() <= capacity.getOrDefault(e.getKey(), 0L));
    if (fits && arena != null) {
      return;
    }
    needed.forEach((type, count) -> capacity.merge(type, count, Math::max));
    close();
    Device device = stream.device();
    long bytes =
        capacity.entrySet().stream()
            .mapToLong(e -> Arena.footprint(e.getKey(), e.getValue()))
            .sum();
    Arena block = device.newArena("guarded buffers", bytes);
    capacity.forEach((type, count) -> slabs.put(type, block.allocate("slab", type, count)));
    arena = block;
    staging = device.newHostBuffer("staging", bytes);
  }

  /** Gives every argument its initial contents and every zone its pattern. */
  void reset() {
    for (Guarded guarded : bound) {
      MemorySegment host = host().segment().asSlice(0, guarded.whole.bytes());
      for (long i = 0; i < host.byteSize(); i++) {
        host.set(ValueLayout.JAVA_BYTE, i, pattern(i));
      }
      MemorySegment bits = guarded.argument.initial().bits();
      MemorySegment.copy(bits, 0, host, ZONE, bits.byteSize());
      stream.write(guarded.whole, host());
      stream.synchronize();
    }
  }

  private static byte pattern(long i) {
    return (byte) (PATTERN >>> (8 * (i % 4)));
  }

  private HostBuffer host() {
    if (staging == null) {
      throw new IllegalStateException("nothing is bound yet");
    }
    return staging;
  }

  /** What the buffers hold now, in the order of the arguments. */
  List<Values> read() {
    List<Values> contents = new ArrayList<>();
    for (Guarded guarded : bound) {
      stream.read(guarded.whole, host());
      stream.synchronize();
      requireZones(guarded);
      MemorySegment inner = host().segment().asSlice(ZONE, guarded.inner.bytes());
      contents.add(Values.read(guarded.inner.type(), inner, guarded.inner.count()));
    }
    return contents;
  }

  private void requireZones(Guarded guarded) {
    MemorySegment whole = host().segment();
    long end = ZONE + guarded.inner.bytes();
    for (long i = 0; i < ZONE; i++) {
      requirePattern(guarded, whole, i, i - ZONE);
      requirePattern(guarded, whole, end + i, guarded.inner.bytes() + i);
    }
  }

  private static void requirePattern(Guarded guarded, MemorySegment whole, long at, long relative) {
    if (whole.get(ValueLayout.JAVA_BYTE, at) != pattern(at)) {
      throw new AssertionError(
          "%s: memory outside the buffer was written, at byte %d from its start (it has %d bytes)"
              .formatted(guarded.argument.role(), relative, guarded.inner.bytes()));
    }
  }

  @Override
  public void close() {
    if (staging != null) {
      staging.close();
      staging = null;
    }
    if (arena != null) {
      arena.close();
      arena = null;
    }
  }
}
