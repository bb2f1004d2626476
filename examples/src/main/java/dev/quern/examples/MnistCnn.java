package dev.quern.examples;

import dev.quern.train.Fit;
import dev.quern.train.Loss;
import dev.quern.train.Model;
import dev.quern.train.Network;
import dev.quern.train.Sequential;
import dev.quern.train.Shape;
import dev.quern.train.data.Mnist;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.Flatten;
import dev.quern.train.layers.MaxPooling2D;
import dev.quern.train.optimizers.Optimizer;
import java.nio.file.Path;

/**
 * Keras's introductory program: a network of 225,034 parameters learns to read handwritten digits.
 * {@code ./quern mnist} trains the same network, with options.
 */
public final class MnistCnn {
  private MnistCnn() {}

  /**
   * Trains five epochs on the best device, and tests.
   *
   * @param args the folder with MNIST's four files
   */
  public static void main(String[] args) {
    Mnist mnist = Mnist.load(Path.of(args[0]));
    Network network = network(new Shape(28, 28, 1), 10);
    System.out.print(network.summary());
    try (Model model = network.compile(Optimizer.adam(), Loss.SPARSE_CATEGORICAL_CROSSENTROPY)) {
      System.out.print(model.fit(mnist.train(), Fit.epochs(5).validation(mnist.test())).toCsv());
      System.out.println(model.evaluate(mnist.test(), 128));
    }
  }

  /** The network, for pictures of this shape and so many classes. */
  static Network network(Shape picture, int classes) {
    return Sequential.of(
        picture,
        Conv2D.of(32, 3, 3).relu(),
        MaxPooling2D.of(2, 2),
        Conv2D.of(64, 3, 3).relu(),
        MaxPooling2D.of(2, 2),
        Flatten.of(),
        Dense.of(128).relu(),
        Dense.of(classes).softmax());
  }

  /** The network for MNIST: pictures of 28 x 28 gray pixels in ten classes. */
  static Network network() {
    return network(new Shape(28, 28, 1), Mnist.DIGITS);
  }
}
