package dev.quern.cpu;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gets vector tiles compiled, the most used first, on a thread of its own that ends when there is
 * nothing left to do. One at a time, so that the compiler's queue stays short.
 */
final class TileWarmUp {
  private final List<WarmingTile> waiting = new ArrayList<>();
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
    if (waiting.isEmpty()) {
      worker = null;
      return null;
    }
    WarmingTile tile = Collections.max(waiting, Comparator.comparingInt(WarmingTile::uses));
    waiting.remove(tile);
    return tile;
  }
}
