package dev.quern.cpu;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Gets vector tiles compiled, one after the other, on a thread of its own that ends when there is
 * nothing left to do. One at a time, so that the compiler's queue stays short.
 */
final class TileWarmUp {
  private final Queue<WarmingTile> waiting = new ArrayDeque<>();
  private @Nullable Thread worker;

  /** Adds a tile; returns at once. */
  synchronized void add(WarmingTile tile) {
    waiting.add(tile);
    if (worker == null) {
      worker = new Thread(this::work, "quern-cpu-warm-up");
      worker.setDaemon(true);
      worker.start();
    }
  }

  private void work() {
    for (WarmingTile tile = next(); tile != null; tile = next()) {
      tile.warmUp();
    }
  }

  private synchronized @Nullable WarmingTile next() {
    WarmingTile tile = waiting.poll();
    if (tile == null) {
      worker = null;
    }
    return tile;
  }
}
