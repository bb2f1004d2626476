package dev.quern.bench;

import dev.quern.train.Network;
import dev.quern.train.Sequential;
import dev.quern.train.Shape;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.Flatten;

/** What stands for the MNIST network here. */
final class Networks {
  private Networks() {}

  static Network small() {
    return Sequential.of(new Shape(28, 28, 1), Flatten.of(), Dense.of(10));
  }
}
