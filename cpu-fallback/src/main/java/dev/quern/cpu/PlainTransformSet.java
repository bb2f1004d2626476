package dev.quern.cpu;

/** Line transforms over arrays, of as many channels as there always are. */
final class PlainTransformSet implements TransformSet {
  private static final int LANES = 16;

  @Override
  public int lanes() {
    return LANES;
  }

  @Override
  public Warming<LineTransform> transform(LineShape shape) {
    return Warming.only(new PlainLineTransform(shape, LANES));
  }
}
