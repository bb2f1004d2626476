package dev.quern.dialect;

import dev.quern.core.Stream;
import dev.quern.core.UnsupportedSpecException;
import dev.quern.kernels.OpSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The native parts of one kernel while it is put together, and later to free them all. */
public final class Parts implements AutoCloseable {
  private final DialectDevice device;
  private final String what;
  private final @Nullable Tile tile;
  private final List<Runnable> frees = new ArrayList<>();

  /**
   * No parts as yet.
   *
   * @param what the spec that needs them, for messages
   */
  public Parts(DialectDevice device, String what) {
    this(device, what, null);
  }

  /** Parts whose products all have one tile, for measuring it. */
  Parts(DialectDevice device, String what, @Nullable Tile tile) {
    this.device = device;
    this.what = what;
    this.tile = tile;
  }

  /** The device whose parts these are. */
  public DialectDevice device() {
    return device;
  }

  /** What its kernels are fitted to. */
  public Traits traits() {
    return device.traits();
  }

  /** How elementwise work is cut here. */
  Spans spans() {
    return Spans.of(device.traits());
  }

  /** The tile of a product; see {@link Tiles#choose}. */
  Tile tile(long rows, int columns, long depth, long repeats) {
    return tile == null ? Tiles.choose(device, rows, columns, depth, repeats) : tile;
  }

  /** The native handle of a stream's scratch memory. */
  long workspace(Stream stream) {
    return device.workspace(stream);
  }

  /**
   * A program of the spec's op.
   *
   * @param files names of kernel sources
   * @param defines its macros, {@code NAME=value}; what the device's traits say is added
   * @throws dev.quern.core.DeviceException with the compiler's first error
   */
  public Program program(List<String> files, String... defines) {
    List<String> all = new ArrayList<>();
    if (Arrays.stream(defines).noneMatch(define -> define.startsWith("LANES="))) {
      all.add("LANES=" + traits().lanes());
    }
    all.add("FAST_FMA=" + (traits().fastFma() ? 1 : 0));
    all.addAll(List.of(defines));
    return device.program(what, files, all.toArray(String[]::new));
  }

  /** A launch; see {@link DialectDevice#launch}. */
  public Launch launch(
      Program program, String function, Range range, int buffers, Number... numbers) {
    Launch launch = device.launch(what, program, function, range, buffers, numbers);
    frees.add(launch::close);
    return launch;
  }

  /** Adds a part of the backend's own, by what frees it. */
  public void add(Runnable free) {
    frees.add(free);
  }

  /** Memory that holds these numbers. */
  Constants constants(int[] values) {
    Constants memory = device.constants("tables of " + what, values);
    frees.add(memory::close);
    return memory;
  }

  /**
   * A count that kernels index with.
   *
   * @throws UnsupportedSpecException if it is 2^31 or more
   */
  int requireInt(OpSpec<?> spec, String role, long count) {
    if (count > Integer.MAX_VALUE) {
      throw new UnsupportedSpecException(
          device.id(), spec, role + " must have fewer than 2^31 elements, but has " + count);
    }
    return (int) count;
  }

  @Override
  public void close() {
    frees.forEach(Runnable::run);
    frees.clear();
  }
}
