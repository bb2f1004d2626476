package dev.quern.examples;

import dev.quern.core.Device;
import dev.quern.train.Fit;
import dev.quern.train.Loss;
import dev.quern.train.Model;
import dev.quern.train.Network;
import dev.quern.train.Sequential;
import dev.quern.train.Shape;
import dev.quern.train.data.Mnist;
import dev.quern.train.layers.Augmentation;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.Dropout;
import dev.quern.train.layers.Flatten;
import dev.quern.train.layers.MaxPooling2D;
import dev.quern.train.optimizers.Optimizer;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * Digits that are moved and rotated a little, anew in every step, and dropout: a network that never
 * sees the same picture twice reads new ones better.
 */
final class VariedDigits {
  private static final int SEEDS = 3;
  private static final int EPOCHS = 10;

  private VariedDigits() {}

  /** Trains the plain network and the other one, from three seeds each, and prints accuracies. */
  static void run(Device device, Mnist mnist, PrintWriter out) {
    double plain = 0;
    double varied = 0;
    for (int seed = 1; seed <= SEEDS; seed++) {
      double without = accuracy(MnistCnn.network(), device, mnist, EPOCHS, seed);
      double with = accuracy(network(), device, mnist, EPOCHS, seed);
      out.printf(Locale.ROOT, "seed %d: plain %.4f, varied %.4f%n", seed, without, with);
      out.flush();
      plain += without / SEEDS;
      varied += with / SEEDS;
    }
    out.printf(Locale.ROOT, "mean:   plain %.4f, varied %.4f%n", plain, varied);
  }

  /** Accuracy on the test pictures after so many epochs. */
  static double accuracy(Network network, Device device, Mnist mnist, int epochs, int seed) {
    Optimizer adam = Optimizer.adam();
    try (Model model = network.compile(device, adam, Loss.SPARSE_CATEGORICAL_CROSSENTROPY, seed)) {
      model.fit(mnist.train(), Fit.epochs(epochs));
      return model.evaluate(mnist.test(), 128).accuracy();
    }
  }

  /** {@link MnistCnn}'s network, with augmentation in front and dropout. */
  static Network network() {
    return Sequential.of(
        new Shape(28, 28, 1),
        Augmentation.of().shift(0.08, 0.08).rotation(0.03),
        Conv2D.of(32, 3, 3).relu(),
        MaxPooling2D.of(2, 2),
        Conv2D.of(64, 3, 3).relu(),
        MaxPooling2D.of(2, 2),
        Flatten.of(),
        Dropout.of(0.25),
        Dense.of(128).relu(),
        Dense.of(Mnist.DIGITS).softmax());
  }
}
