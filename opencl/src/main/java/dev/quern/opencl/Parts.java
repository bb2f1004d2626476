package dev.quern.opencl;

import dev.quern.core.UnsupportedSpecException;
import dev.quern.kernels.OpSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The native parts of one kernel while it is put together, and later to free them all. */
final class Parts implements AutoCloseable {
  private final ClDevice device;
  private final String what;
  private final @Nullable Tile tile;
  private final List<Runnable> frees = new ArrayList<>();

  Parts(ClDevice device, String what) {
    this(device, what, null);
  }

  /** Parts whose products all have one tile, for measuring it. */
  Parts(ClDevice device, String what, @Nullable Tile tile) {
    this.device = device;
    this.what = what;
    this.tile = tile;
  }

  ClDevice device() {
    return device;
  }

  Traits traits() {
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

  /**
   * A program of the spec's op.
   *
   * @param files names of kernel sources
   * @param defines its macros, {@code NAME=value}
   */
  Program program(List<String> files, String... defines) {
    return device.programs().get(what, files, defines);
  }

  /** A launch; see {@link Launch} for the order of arguments. */
  Launch launch(Program program, String function, Range range, int buffers, Number... numbers) {
    Launch launch = new Launch(device, what, program, function, range, buffers, numbers);
    frees.add(launch::close);
    return launch;
  }

  /** Memory that holds these numbers. */
  ClMemory constants(int[] values) {
    ClMemory memory = new ClMemory(device, "tables of " + what, values);
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
