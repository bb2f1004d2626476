package dev.quern.examples;

import dev.quern.core.Device;
import dev.quern.train.Fit;
import dev.quern.train.History;
import dev.quern.train.Loss;
import dev.quern.train.Model;
import dev.quern.train.Network;
import dev.quern.train.Node;
import dev.quern.train.Shape;
import dev.quern.train.data.SyntheticShapes;
import dev.quern.train.layers.Activation;
import dev.quern.train.layers.Add;
import dev.quern.train.layers.BatchNormalization;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.GlobalAveragePooling2D;
import dev.quern.train.optimizers.Optimizer;
import dev.quern.train.optimizers.Schedule;
import java.io.PrintWriter;

/** A ResNet-8 with batch normalisation learns to tell eight shapes apart, in any colours. */
final class ColouredShapes {
  private static final int TRAIN = 16_000;
  private static final int TEST = 2_000;
  private static final int BATCH = 64;
  private static final int EPOCHS = 6;

  private ColouredShapes() {}

  /** Trains, and prints how each epoch went. */
  static void run(Device device, PrintWriter out) {
    out.print(train(device, TRAIN, EPOCHS).toCsv());
  }

  static History train(Device device, int pictures, int epochs) {
    Schedule rate = Schedule.cosineDecay(2e-3, (long) epochs * pictures / BATCH);
    Fit settings = Fit.epochs(epochs).batch(BATCH).validation(SyntheticShapes.draw(TEST, 2));
    try (Model model =
        network().compile(device, Optimizer.adam(rate), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1)) {
      return model.fit(SyntheticShapes.draw(pictures, 1), settings);
    }
  }

  /** He et al., arXiv:1512.03385, section 4.2, with one block a stage. */
  static Network network() {
    Node x = Node.input(new Shape(32, 32, 3)).then(convolution(16, 3, 1), normalised(), relu());
    x = block(x, 16, 1);
    x = block(x, 32, 2);
    x = block(x, 64, 2);
    return Network.of(x.then(GlobalAveragePooling2D.of(), Dense.of(8).softmax()));
  }

  private static Node block(Node x, int filters, int stride) {
    Node y = x.then(convolution(filters, 3, stride), normalised(), relu());
    y = y.then(convolution(filters, 3, 1), normalised());
    Node shortcut = stride == 1 ? x : x.then(convolution(filters, 1, stride), normalised());
    return Add.of(y, shortcut).then(relu());
  }

  private static Conv2D convolution(int filters, int size, int stride) {
    return Conv2D.of(filters, size, size).strides(stride, stride).samePadding().withoutBias();
  }

  private static BatchNormalization normalised() {
    return BatchNormalization.of().momentum(0.9); // an epoch has 250 steps
  }

  private static Activation relu() {
    return Activation.relu();
  }
}
