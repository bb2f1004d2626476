package dev.quern.cpu;

/** {@link AverageLoops} for images of one channel and windows that hold all of one. */
final class WholePlaneAverages implements AverageLoops {
  private final ElementLoops elements;

  WholePlaneAverages(ElementLoops elements) {
    this.elements = elements;
  }

  @Override
  public void forward(AverageShape shape, long x, int row, int from, int to, long y) {
    int pixels = shape.pool().rows().size() * shape.pool().columns().size();
    NativeMemory.setFloat(y, elements.sum(x, pixels) / shape.divisor(0, 0));
  }

  @Override
  public void backward(AverageShape shape, long dy, int from, int to, long dx) {
    int width = shape.pool().columns().size();
    float gradient = NativeMemory.getFloat(dy) / shape.divisor(0, 0);
    elements.fill(dx + 4L * from * width, (to - from) * width, gradient);
  }
}
