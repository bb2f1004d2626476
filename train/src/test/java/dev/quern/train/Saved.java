package dev.quern.train;

import dev.quern.core.Device;
import dev.quern.kernels.Precision;
import dev.quern.train.data.DataSet;
import dev.quern.train.layers.Add;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.Dropout;
import dev.quern.train.layers.Flatten;
import dev.quern.train.layers.MaxPooling2D;
import dev.quern.train.optimizers.Optimizer;
import java.nio.file.Path;
import java.util.List;

/** A small model with every kind of part that a checkpoint keeps. */
final class Saved {
  private Saved() {}

  /** A residual network with dropout, of which a layer is frozen. */
  static Network network() {
    Node x = Node.input(new Shape(6, 6, 1)).then(Conv2D.of(4, 3, 3).samePadding().relu());
    Node y = x.then(Conv2D.of(4, 3, 3).samePadding());
    return Network.of(
            Add.of(x, y)
                .then(MaxPooling2D.of(2, 2), Flatten.of(), Dropout.of(0.3))
                .then(Dense.of(8).relu(), Dense.of(3)))
        .frozen("conv2d");
  }

  static DataSet rows() {
    return Rows.random(network(), 50, 4);
  }

  static Model model(Device device) {
    return network()
        .compile(
            device, Optimizer.adam(0.01), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 7, Precision.FP32);
  }

  /** Trains that model for two epochs, and saves it. */
  static void save(Device device, Path file) {
    try (Model model = model(device)) {
      model.classNames(List.of("a", "b \"quoted\"", "ß"));
      model.fit(rows(), Fit.epochs(2).batch(8).validationSplit(0.2));
      model.save(file);
    }
  }
}
