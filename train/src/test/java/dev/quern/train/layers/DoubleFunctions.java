package dev.quern.train.layers;

import dev.quern.kernels.Activation.Spec;
import dev.quern.kernels.reference.Bounded;
import dev.quern.kernels.reference.ReferenceActivation;
import java.util.Arrays;
import java.util.stream.IntStream;

/** The activations in double; the pointwise ones are those of the kernels' reference. */
public final class DoubleFunctions {
  private DoubleFunctions() {}

  /** Of a sample whose pixels have so many channels. */
  public static double[] apply(Activation activation, double[] z, int channels) {
    return switch (activation.function()) {
      case LINEAR -> z;
      case RELU -> Arrays.stream(z).map(x -> Math.max(0, x)).toArray();
      case SOFTMAX -> softmaxes(z, channels);
      default -> pointwise(activation, z);
    };
  }

  private static double[] pointwise(Activation activation, double[] z) {
    Spec spec = new Spec(activation.function().kernelKind(), z.length, activation.alpha());
    Bounded y = ReferenceActivation.forward(spec, z);
    return IntStream.range(0, z.length).mapToDouble(y::value).toArray();
  }

  private static double[] softmaxes(double[] z, int channels) {
    double[] y = new double[z.length];
    for (int from = 0; from < z.length; from += channels) {
      double[] row = softmax(Arrays.copyOfRange(z, from, from + channels));
      System.arraycopy(row, 0, y, from, channels);
    }
    return y;
  }

  /** Of one row. */
  public static double[] softmax(double[] z) {
    double max = Arrays.stream(z).max().orElseThrow();
    double sum = Arrays.stream(z).map(x -> Math.exp(x - max)).sum();
    return Arrays.stream(z).map(x -> Math.exp(x - max) / sum).toArray();
  }
}
