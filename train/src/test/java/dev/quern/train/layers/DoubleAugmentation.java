package dev.quern.train.layers;

import dev.quern.kernels.Augment;
import dev.quern.kernels.reference.Bounded;
import dev.quern.kernels.reference.ReferenceAugment;
import dev.quern.train.Shape;
import java.util.Arrays;
import java.util.stream.IntStream;

/** What augmentation makes of images in a step, in double. */
public final class DoubleAugmentation {
  private DoubleAugmentation() {}

  /** The kernel's reference, which is drawn for image, step and the key of the layer. */
  public static double[][] apply(
      Augmentation layer, Shape shape, long key, int step, double[][] images) {
    Augment.Spec spec = layer.spec(shape, images.length, key);
    double[] all = Arrays.stream(images).flatMapToDouble(Arrays::stream).toArray();
    Bounded varied = ReferenceAugment.forward(spec, all, step);
    return IntStream.range(0, images.length)
        .mapToObj(
            row ->
                IntStream.range(row * shape.elements(), (row + 1) * shape.elements())
                    .mapToDouble(varied::value)
                    .toArray())
        .toArray(double[][]::new);
  }
}
