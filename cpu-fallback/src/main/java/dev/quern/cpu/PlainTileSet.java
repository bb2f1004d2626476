package dev.quern.cpu;

/** Tiles of single floats: their size only decides how often a tile is called. */
final class PlainTileSet implements TileSet {

  @Override
  public int lanes() {
    return 1;
  }

  @Override
  public WarmingTile tile(TileShape shape) {
    Tile tile = new PlainTile(shape, 1);
    return new WarmingTile(shape, tile, tile);
  }

  @Override
  public int maxVectors() {
    return 64;
  }

  @Override
  public int maxRows(int vectors) {
    return 8;
  }
}
