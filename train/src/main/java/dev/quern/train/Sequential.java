package dev.quern.train;

/**
 * A network as a row of layers, which most networks are.
 *
 * <pre>
 * Network network = Sequential.of(new Shape(28, 28, 1),
 *     Conv2D.of(32, 3, 3).relu(), MaxPooling2D.of(2, 2), Flatten.of(), Dense.of(10));
 * </pre>
 */
public final class Sequential {
  private Sequential() {}

  /**
   * A network on samples of this shape.
   *
   * @throws dev.quern.core.SpecException if a layer cannot take what the one before it gives; names
   *     the layer
   */
  public static Network of(Shape input, Layer... layers) {
    return Network.of(Node.input(input).then(layers));
  }
}
