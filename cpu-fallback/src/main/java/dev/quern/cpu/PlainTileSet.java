package dev.quern.cpu;

/** Tiles of single floats: their size only decides how often a tile is called. */
final class PlainTileSet implements TileSet {

  @Override
  public int lanes() {
    return 1;
  }

  @Override
  public Warming<Tile> tile(TileShape shape) {
    return Warming.only(new PlainTile(shape, 1));
  }

  @Override
  public Warming<HeldFilters> held(HeldShape shape) {
    return Warming.only(new PlainHeldFilters(shape, 1));
  }

  /** None: its tiles are faster by a quarter, as they take four taps at once. */
  @Override
  public int heldVectors(int taps) {
    return 0;
  }

  @Override
  public Warming<Squares> squares() {
    return Warming.only(new PlainSquares(PlainSquares.LINE));
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
