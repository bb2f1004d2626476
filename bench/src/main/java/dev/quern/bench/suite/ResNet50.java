package dev.quern.bench.suite;

import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Precision;
import java.util.Arrays;
import java.util.stream.Stream;

/** The different convolutions of a network that others measure, too. */
final class ResNet50 {
  /**
   * Version 1.5 (He et al., arXiv:1512.03385, with the stride in the 3x3 layers) for pictures of
   * 224 x 224: channels in, size in, filters, window, stride.
   */
  private static final int[][] LAYERS = {
    {3, 224, 64, 7, 2},
    {64, 56, 64, 1, 1},
    {64, 56, 64, 3, 1},
    {64, 56, 256, 1, 1},
    {256, 56, 64, 1, 1},
    {256, 56, 128, 1, 1},
    {128, 56, 128, 3, 2},
    {128, 28, 512, 1, 1},
    {256, 56, 512, 1, 2},
    {512, 28, 128, 1, 1},
    {128, 28, 128, 3, 1},
    {512, 28, 256, 1, 1},
    {256, 28, 256, 3, 2},
    {256, 14, 1024, 1, 1},
    {512, 28, 1024, 1, 2},
    {1024, 14, 256, 1, 1},
    {256, 14, 256, 3, 1},
    {1024, 14, 512, 1, 1},
    {512, 14, 512, 3, 2},
    {512, 7, 2048, 1, 1},
    {1024, 14, 2048, 1, 2},
    {2048, 7, 512, 1, 1},
    {512, 7, 512, 3, 1},
  };

  private ResNet50() {}

  static Stream<Conv2d.Spec> convolutions(int batch, Precision precision) {
    return Arrays.stream(LAYERS).map(layer -> convolution(layer, batch, precision));
  }

  private static Conv2d.Spec convolution(int[] layer, int batch, Precision precision) {
    int padding = layer[3] / 2;
    return Conv2d.builder()
        .input(batch, layer[0], layer[1], layer[1])
        .filters(layer[2], layer[3], layer[3])
        .stride(layer[4], layer[4])
        .padding(padding, padding, padding, padding)
        .precision(precision)
        .build();
  }
}
