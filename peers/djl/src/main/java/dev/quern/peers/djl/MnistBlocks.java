package dev.quern.peers.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.initializer.XavierInitializer;
import dev.quern.bench.peers.Digits;
import java.util.ArrayList;
import java.util.List;

/**
 * The MNIST network from pixels to logits, and its batches. Axes are in the order NCHW, as PyTorch
 * has it, but lie in memory as NHWC ("channels last"), which its kernels see by the strides and
 * keep up: with NCHW in memory a step takes half as long again.
 */
final class MnistBlocks {
  private MnistBlocks() {}

  static Block network() {
    Shape two = new Shape(2, 2);
    return new SequentialBlock()
        .add(convolution(32))
        .add(Activation::relu)
        .add(Pool.maxPool2dBlock(two, two))
        .add(convolution(64))
        .add(Activation::relu)
        .add(Pool.maxPool2dBlock(two, two))
        .add(Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(128).build())
        .add(Activation::relu)
        .add(Linear.builder().setUnits(10).build());
  }

  private static Block convolution(int filters) {
    return Conv2d.builder().setFilters(filters).setKernelShape(new Shape(3, 3)).build();
  }

  static Shape input(int batch) {
    return new Shape(batch, 1, 28, 28);
  }

  /** DJL's own, in an order that keeps channels last. */
  static NDArray weights(NDManager manager, Shape shape, DataType type) {
    NDArray weights = new XavierInitializer().initialize(manager, shape, type);
    if (shape.dimension() != 4) {
      return weights;
    }
    NDArray last = weights.transpose(0, 2, 3, 1);
    return manager.create(last.toFloatArray(), last.getShape()).transpose(0, 3, 1, 2);
  }

  static long parameters(Block network) {
    return network.getParameters().values().stream()
        .mapToLong(parameter -> parameter.getArray().size())
        .sum();
  }

  static List<NDArray> pixels(NDManager manager, Digits digits) {
    List<NDArray> batches = new ArrayList<>();
    for (int i = 0; i < digits.batches(); i++) {
      NDArray pixels = manager.create(digits.pixels(i), new Shape(digits.batch(), 28, 28, 1));
      batches.add(pixels.transpose(0, 3, 1, 2));
    }
    return batches;
  }

  static List<NDArray> labels(NDManager manager, Digits digits) {
    List<NDArray> batches = new ArrayList<>();
    for (int i = 0; i < digits.batches(); i++) {
      int[] labels = digits.labels(i);
      long[] longs = new long[labels.length]; // what PyTorch's loss takes without converting
      for (int row = 0; row < labels.length; row++) {
        longs[row] = labels[row];
      }
      batches.add(manager.create(longs));
    }
    return batches;
  }
}
