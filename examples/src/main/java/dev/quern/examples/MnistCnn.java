package dev.quern.examples;

import dev.quern.train.Conv2D;
import dev.quern.train.Dense;
import dev.quern.train.Flatten;
import dev.quern.train.MaxPooling2D;
import dev.quern.train.Network;
import dev.quern.train.Sequential;
import dev.quern.train.Shape;

/** The network that reads handwritten digits: Keras's introductory CNN, 225,034 parameters. */
final class MnistCnn {
  private MnistCnn() {}

  /** The network, for pictures of 28 x 28 gray pixels in ten classes. */
  static Network network() {
    return network(new Shape(28, 28, 1), 10);
  }

  /** The same layers for other pictures and other classes. */
  static Network network(Shape picture, int classes) {
    return Sequential.of(
        picture,
        Conv2D.of(32, 3, 3).relu(),
        MaxPooling2D.of(2, 2),
        Conv2D.of(64, 3, 3).relu(),
        MaxPooling2D.of(2, 2),
        Flatten.of(),
        Dense.of(128).relu(),
        Dense.of(classes)); // its softmax is part of the loss
  }
}
