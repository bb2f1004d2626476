package dev.quern.examples;

import dev.quern.core.SpecException;
import dev.quern.train.Layer;
import dev.quern.train.Network;
import dev.quern.train.Node;
import dev.quern.train.Shape;
import dev.quern.train.layers.Activated;
import dev.quern.train.layers.Activation;
import dev.quern.train.layers.Add;
import dev.quern.train.layers.Augmentation;
import dev.quern.train.layers.AveragePooling1D;
import dev.quern.train.layers.AveragePooling2D;
import dev.quern.train.layers.BatchNormalization;
import dev.quern.train.layers.Conv1D;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Conv2DTranspose;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.DepthwiseConv2D;
import dev.quern.train.layers.Dropout;
import dev.quern.train.layers.Flatten;
import dev.quern.train.layers.GlobalAveragePooling2D;
import dev.quern.train.layers.MaxPooling1D;
import dev.quern.train.layers.MaxPooling2D;
import dev.quern.train.layers.Reshape;
import dev.quern.train.layers.UpSampling2D;
import java.util.Random;

/** A network of random layers, residual blocks among them; the same for the same seed. */
final class RandomNetwork {
  private static final int CLASSES = 4;
  private static final int MOST_ELEMENTS = 700;

  private final Random random;

  private RandomNetwork(long seed) {
    random = new Random(seed);
  }

  static Network draw(long seed) {
    return new RandomNetwork(seed).network();
  }

  private Network network() {
    Node node = Node.input(image());
    if (random.nextInt(4) == 0) {
      node = node.then(augmentation());
    }
    for (int i = between(1, 5); i > 0; i--) {
      node = random.nextInt(4) == 0 ? block(node) : then(node, drawn(node.shape()));
    }
    node = node.then(Flatten.of());
    if (random.nextBoolean()) {
      node = node.then(activated(Dense.of(between(1, 12))));
    }
    Dense head = random.nextBoolean() ? Dense.of(CLASSES) : Dense.of(CLASSES).softmax();
    Network network = Network.of(node.then(head));
    return random.nextInt(4) == 0
        ? network.frozen(name -> !name.startsWith("dense") && random.nextBoolean())
        : network;
  }

  private Shape image() {
    return random.nextInt(4) == 0
        ? new Shape(1, between(4, 20), between(1, 4))
        : new Shape(between(3, 10), between(3, 10), between(1, 4));
  }

  private Augmentation augmentation() {
    Augmentation moved = Augmentation.of().crop(between(1, 2)).flip(random.nextBoolean(), true);
    return random.nextBoolean()
        ? moved.cutout(0.4).brightness(0.3)
        : moved.shift(0.2, 0.3).rotation(0.2).zoom(0.4);
  }

  /** Another layer behind, or none if this one does not fit. */
  private static Node then(Node node, Layer layer) {
    try {
      Node next = node.then(layer);
      return next.shape().elements() > MOST_ELEMENTS ? node : next;
    } catch (SpecException e) {
      return node; // a window larger than what is left of the image, for example
    }
  }

  /** A sum of what layers that keep the shape make of a node, and sometimes the node. */
  private Node block(Node node) {
    Node sum = random.nextInt(3) == 0 ? keeping(keeping(node)) : node;
    Node other = keeping(keeping(node));
    return random.nextInt(3) == 0 ? Add.of(sum, other, keeping(node)) : Add.of(sum, other);
  }

  private Node keeping(Node node) {
    return node.then(
        switch (between(0, 3)) {
          case 0 -> BatchNormalization.of();
          case 1 -> activation();
          case 2 -> DepthwiseConv2D.of(between(1, 3), between(1, 3)).samePadding();
          default -> {
            Conv2D same = Conv2D.of(node.shape().channels(), between(1, 3), between(1, 3));
            yield activated(same.samePadding());
          }
        });
  }

  private Layer drawn(Shape in) {
    int h = between(1, 3);
    int w = between(1, 3);
    return switch (between(0, 14)) {
      case 0, 1 -> activated(conv2d(in, h, w));
      case 2 -> {
        DepthwiseConv2D conv = DepthwiseConv2D.of(h, w).depthMultiplier(between(1, 3));
        yield activated(random.nextBoolean() ? conv.withoutBias() : conv.strides(w, h));
      }
      case 3 -> {
        Conv2DTranspose conv = Conv2DTranspose.of(between(1, 4), h, w);
        yield activated(random.nextBoolean() ? conv.strides(w, h) : conv.samePadding());
      }
      case 4 -> activated(Conv1D.of(between(1, 6), w).strides(h).samePadding());
      case 5 -> pool(in);
      case 6 -> BatchNormalization.of().momentum(0.9);
      case 7 -> Dropout.of(0.3);
      case 8 -> activation();
      case 9 -> Reshape.of(-1, in.height(), in.channels());
      case 10 -> Flatten.of();
      case 11 -> average(in);
      case 12 -> UpSampling2D.of(h, w);
      case 13 -> in.isFlat() ? activated(Dense.of(between(2, 9))) : activation();
      default -> MaxPooling2D.of(h, w);
    };
  }

  private Conv2D conv2d(Shape in, int h, int w) {
    Conv2D conv = Conv2D.of(between(1, 8), h, w);
    return switch (between(0, 4)) {
      case 0 -> conv.samePadding().strides(w, h);
      case 1 -> conv.dilation(between(1, 2), between(1, 2)).withoutBias();
      case 2 -> Conv2D.of(2 * in.channels(), h, w).inGroups(in.channels()).samePadding();
      case 3 -> conv.samePadding().withoutBias();
      default -> conv;
    };
  }

  private Layer pool(Shape in) {
    boolean same = random.nextBoolean();
    if (in.height() == 1) {
      MaxPooling1D pool = MaxPooling1D.of(between(1, 3));
      return same ? pool.samePadding() : pool;
    }
    MaxPooling2D pool = MaxPooling2D.of(between(1, 3), between(1, 3)).strides(2, 1);
    return same ? pool.samePadding() : pool;
  }

  private Layer average(Shape in) {
    if (random.nextInt(4) == 0) {
      return GlobalAveragePooling2D.of();
    }
    int size = between(1, 3);
    return in.height() == 1
        ? AveragePooling1D.of(size).strides(between(1, 2)).samePadding()
        : AveragePooling2D.of(size, between(1, 3)).strides(between(1, 2), size);
  }

  private <L extends Activated<L>> L activated(L layer) {
    return random.nextBoolean() ? layer.activation(activation()) : layer;
  }

  private Activation activation() {
    return switch (between(0, 10)) {
      case 0 -> Activation.leakyRelu();
      case 1 -> Activation.elu();
      case 2 -> Activation.sigmoid();
      case 3 -> Activation.tanh();
      case 4 -> Activation.silu();
      case 5 -> Activation.gelu();
      case 6 -> Activation.softmax();
      default -> Activation.relu();
    };
  }

  private int between(int least, int most) {
    return least + random.nextInt(most - least + 1);
  }
}
