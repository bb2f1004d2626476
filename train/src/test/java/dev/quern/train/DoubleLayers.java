package dev.quern.train;

import dev.quern.kernels.Philox;
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
import dev.quern.train.layers.DoubleAugmentation;
import dev.quern.train.layers.DoubleFunctions;
import dev.quern.train.layers.Dropout;
import dev.quern.train.layers.Flatten;
import dev.quern.train.layers.GlobalAveragePooling2D;
import dev.quern.train.layers.MaxPooling1D;
import dev.quern.train.layers.MaxPooling2D;
import dev.quern.train.layers.Reshape;
import dev.quern.train.layers.UpSampling2D;
import dev.quern.train.layers.Window2D;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** The forward pass of every layer as plain loops in double, a batch at a time. */
final class DoubleLayers {
  private final Map<String, double[]> weights;
  private final long seed;
  private final int step;

  /** Layers over these weights; in evaluation {@code step} is negative. */
  DoubleLayers(Map<String, double[]> weights, long seed, int step) {
    this.weights = weights;
    this.seed = seed;
    this.step = step;
  }

  /** What entry {@code number} of a network makes of rows. */
  double[][] output(Network.Entry entry, int number, List<double[][]> inputs) {
    double[][] x = inputs.get(0);
    if (entry.operation() instanceof BatchNormalization norm) {
      return normalized(norm, entry, x);
    }
    if (entry.operation() instanceof Augmentation augmentation) {
      long key = SeededRandom.key(seed, Model.PURPOSE_LAYERS, number);
      return step < 0 ? x : DoubleAugmentation.apply(augmentation, entry.output(), key, step, x);
    }
    double[][] y = new double[x.length][];
    for (int row = 0; row < x.length; row++) {
      int at = row;
      y[row] =
          entry.operation() instanceof Dropout dropout
              ? dropout(dropout, number, row, x[row])
              : sample(entry, inputs.stream().map(input -> input[at]).toList());
    }
    return y;
  }

  private double[] sample(Network.Entry entry, List<double[]> inputs) {
    double[] x = inputs.get(0);
    int channels = entry.output().channels();
    return switch (entry.operation()) {
      case Conv2D conv ->
          DoubleFunctions.apply(conv.activation(), convolution(conv, entry, x), channels);
      case DepthwiseConv2D conv ->
          DoubleFunctions.apply(conv.activation(), depthwise(conv, entry, x), channels);
      case Conv2DTranspose conv ->
          DoubleFunctions.apply(conv.activation(), transposed(conv, entry, x), channels);
      case Dense dense -> DoubleFunctions.apply(dense.activation(), dense(entry, x), channels);
      case AveragePooling2D pool -> average(pool.window(), entry, x);
      case GlobalAveragePooling2D _ -> average(channels, x);
      case AveragePooling1D pool -> sample(entry.with(pool.pooling()), inputs);
      case UpSampling2D up -> repeated(up, entry, x);
      case MaxPooling2D pool -> maximum(pool.window(), entry, x);
      case Conv1D conv -> sample(entry.with(conv.convolution()), inputs);
      case MaxPooling1D pool -> sample(entry.with(pool.pooling()), inputs);
      case Activation activation -> DoubleFunctions.apply(activation, x, channels);
      case Add _ -> sum(inputs);
      case Offset _ -> sum(List.of(x, weight(entry, "bias")));
      case Flatten _, Reshape _ -> x;
      default -> throw new AssertionError(entry.operation() + " has no loops here");
    };
  }

  private static double[] sum(List<double[]> inputs) {
    double[] sum = new double[inputs.get(0).length];
    for (double[] input : inputs) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += input[i];
      }
    }
    return sum;
  }

  private double[] weight(Network.Entry entry, String role) {
    return Objects.requireNonNull(weights.get(entry.name() + "/" + role), role);
  }

  /** The biases repeated for every pixel; zeros without. */
  private double[] biases(Network.Entry entry) {
    double[] bias = weights.get(entry.name() + "/bias");
    double[] y = new double[entry.output().elements()];
    for (int i = 0; i < y.length && bias != null; i++) {
      y[i] = bias[i % bias.length];
    }
    return y;
  }

  private double[] convolution(Conv2D conv, Network.Entry entry, double[] x) {
    Shape in = entry.shapes().get(0);
    double[] kernel = weight(entry, "kernel");
    int perGroup = in.channels() / conv.groups();
    int filters = conv.filters();
    double[] y = biases(entry);
    DoubleWindows.visit(
        conv.window(),
        in,
        entry.output(),
        (output, pixel, tap) -> {
          for (int k = 0; k < filters; k++) {
            int first = k / (filters / conv.groups()) * perGroup;
            for (int c = 0; c < perGroup; c++) {
              y[output * filters + k] +=
                  x[pixel * in.channels() + first + c] * kernel[(tap * perGroup + c) * filters + k];
            }
          }
        });
    return y;
  }

  private double[] depthwise(DepthwiseConv2D conv, Network.Entry entry, double[] x) {
    int channels = entry.shapes().get(0).channels();
    int multiplier = conv.depthMultiplier();
    double[] kernel = weight(entry, "kernel");
    double[] y = biases(entry);
    DoubleWindows.visit(
        conv.window(),
        entry.shapes().get(0),
        entry.output(),
        (output, pixel, tap) -> {
          for (int c = 0; c < channels; c++) {
            for (int m = 0; m < multiplier; m++) {
              y[(output * channels + c) * multiplier + m] +=
                  x[pixel * channels + c] * kernel[(tap * channels + c) * multiplier + m];
            }
          }
        });
    return y;
  }

  /** Windows slide over the output, and each input pixel is spread over one. */
  private double[] transposed(Conv2DTranspose conv, Network.Entry entry, double[] x) {
    int channels = entry.shapes().get(0).channels();
    int filters = conv.filters();
    double[] kernel = weight(entry, "kernel");
    double[] y = biases(entry);
    DoubleWindows.visit(
        conv.window(),
        entry.output(),
        entry.shapes().get(0),
        (input, pixel, tap) -> {
          for (int k = 0; k < filters; k++) {
            for (int c = 0; c < channels; c++) {
              y[pixel * filters + k] +=
                  x[input * channels + c] * kernel[(tap * filters + k) * channels + c];
            }
          }
        });
    return y;
  }

  private static double[] maximum(Window2D window, Network.Entry entry, double[] x) {
    int channels = entry.output().channels();
    double[] y = new double[entry.output().elements()];
    Arrays.fill(y, Double.NEGATIVE_INFINITY);
    DoubleWindows.visit(
        window,
        entry.shapes().get(0),
        entry.output(),
        (output, pixel, tap) -> {
          for (int c = 0; c < channels; c++) {
            int i = output * channels + c;
            y[i] = Math.max(y[i], x[pixel * channels + c]);
          }
        });
    return y;
  }

  /** Over the pixels of a window that lie inside of the image. */
  private static double[] average(Window2D window, Network.Entry entry, double[] x) {
    int channels = entry.output().channels();
    double[] y = new double[entry.output().elements()];
    double[] pixels = new double[y.length];
    DoubleWindows.visit(
        window,
        entry.shapes().get(0),
        entry.output(),
        (output, pixel, tap) -> {
          for (int c = 0; c < channels; c++) {
            y[output * channels + c] += x[pixel * channels + c];
            pixels[output * channels + c]++;
          }
        });
    return IntStream.range(0, y.length).mapToDouble(i -> y[i] / pixels[i]).toArray();
  }

  private static double[] average(int channels, double[] x) {
    return means(new double[][] {x}, channels, 1, new double[channels]);
  }

  private static double[] repeated(UpSampling2D up, Network.Entry entry, double[] x) {
    Shape in = entry.shapes().get(0);
    Shape out = entry.output();
    double[] y = new double[out.elements()];
    for (int i = 0; i < y.length; i++) {
      int h = i / out.channels() / out.width() / up.height();
      int w = i / out.channels() % out.width() / up.width();
      y[i] = x[(h * in.width() + w) * in.channels() + i % out.channels()];
    }
    return y;
  }

  /** By the batch's own statistics in training, else by the moving ones. */
  private double[][] normalized(BatchNormalization norm, Network.Entry entry, double[][] x) {
    int channels = entry.output().channels();
    double[] gamma = weight(entry, "gamma");
    double[] beta = weight(entry, "beta");
    double[] mean = weight(entry, "moving_mean");
    double[] variance = weight(entry, "moving_variance");
    if (step >= 0 && !entry.frozen()) {
      mean = means(x, channels, 1, new double[channels]);
      variance = means(x, channels, 2, mean);
    }
    double[][] y = new double[x.length][x[0].length];
    for (int row = 0; row < x.length; row++) {
      for (int i = 0; i < x[row].length; i++) {
        int c = i % channels;
        double deviation = Math.sqrt(variance[c] + norm.epsilon());
        y[row][i] = (x[row][i] - mean[c]) / deviation * gamma[c] + beta[c];
      }
    }
    return y;
  }

  /** Means of powers of what elements are apart from a centre, for each channel. */
  private static double[] means(double[][] x, int channels, int power, double[] centre) {
    double[] means = new double[channels];
    for (double[] row : x) {
      for (int i = 0; i < row.length; i++) {
        int c = i % channels;
        means[c] += Math.pow(row[i] - centre[c], power) * channels / row.length / x.length;
      }
    }
    return means;
  }

  private double[] dense(Network.Entry entry, double[] x) {
    double[] kernel = weight(entry, "kernel");
    double[] y = biases(entry);
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < y.length; j++) {
        y[j] += x[i] * kernel[i * y.length + j];
      }
    }
    return y;
  }

  /** The mask as the op's contract has it: element i of the batch, key of the layer, this step. */
  private double[] dropout(Dropout dropout, int number, int row, double[] x) {
    if (step < 0) {
      return x;
    }
    long key = SeededRandom.key(seed, Model.PURPOSE_LAYERS, number);
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      boolean keep = Philox.unit(Philox.at((long) row * x.length + i, step, key)) >= dropout.rate();
      y[i] = keep ? x[i] / (1 - dropout.rate()) : 0;
    }
    return y;
  }
}
