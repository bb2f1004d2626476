package dev.quern.dialect;

import java.util.ArrayList;
import java.util.List;

/** The tiles that a tuner tries. */
final class TileCandidates {
  /** Accumulators of vectors that some processor could hold. */
  private static final int MOST_ACCUMULATORS = 24;

  private static final int MOST_VECTORS = 4;
  private static final int[] VECTOR_ROWS = {4, 5, 6, 8, 10, 12};
  private static final int[] GROUP_TILES = {1, 2, 8};
  private static final int[] BLOCK_EDGES = {2, 4, 8};
  private static final int[] GROUP_EDGES = {8, 16};
  private static final int[] STEPS = {8, 16, 32};
  private static final int DEFAULT_GROUP_TILES = 2;

  private TileCandidates() {}

  /** All shapes for a number of columns; variants of the winner's groups come afterwards. */
  static List<Tile> shapes(Traits traits, int columns) {
    List<Tile> tiles = new ArrayList<>();
    if (traits.usesVectors()) {
      for (int lanes = traits.lanes(); lanes >= 4 && lanes >= traits.lanes() / 2; lanes /= 2) {
        addVectors(tiles, lanes, columns);
      }
      tiles.add(Tile.ofBlocks(4, 4, 8, 8, 16));
    } else {
      addBlocks(tiles, traits);
    }
    return tiles;
  }

  private static void addVectors(List<Tile> tiles, int lanes, int columns) {
    int vectors = Math.min(MOST_VECTORS, (columns + lanes - 1) / lanes);
    for (int wide = Math.max(1, vectors / 2); wide <= vectors; wide++) {
      for (int rows : VECTOR_ROWS) {
        if (rows * wide <= MOST_ACCUMULATORS) {
          tiles.add(Tile.ofVectors(rows, wide, lanes, DEFAULT_GROUP_TILES));
        }
      }
    }
  }

  private static void addBlocks(List<Tile> tiles, Traits traits) {
    for (int edge : BLOCK_EDGES) {
      for (int group : GROUP_EDGES) {
        for (int steps : STEPS) {
          long localBytes = 2L * Float.BYTES * steps * edge * group;
          if (group * group <= traits.groupItems() && localBytes <= traits.localBytes()) {
            tiles.add(Tile.ofBlocks(edge, edge, group, group, steps));
          }
        }
      }
    }
  }

  /** The same tile in groups of other sizes; none for blocks, whose groups are their shape. */
  static List<Tile> groupings(Tile tile) {
    List<Tile> tiles = new ArrayList<>();
    if (!tile.blocked()) {
      for (int group : GROUP_TILES) {
        tiles.add(Tile.ofVectors(tile.rows(), tile.vectors(), tile.lanes(), group));
      }
    }
    return tiles;
  }
}
