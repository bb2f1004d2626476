package dev.quern.train;

import dev.quern.kernels.Philox;
import dev.quern.train.data.DataSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;

/**
 * The same network once more as plain loops in double, written from the layers' descriptions alone:
 * forward and loss only. Its gradients are central differences, so that nobody's backward pass is
 * judged by another one.
 */
final class DoubleNetwork {
  /** Central differences are off by step^2 and by 1e-16 / step: least at about 1e-5. */
  private static final double DIFFERENCE = 1e-5;

  private final Network network;
  private final SequencedMap<String, double[]> weights = new LinkedHashMap<>();
  private final long seed;
  private final Loss loss;

  /**
   * A copy of the model's weights as they are now; {@code seed} is the one it was compiled with.
   */
  DoubleNetwork(Model model, long seed) {
    network = model.network();
    this.seed = seed;
    loss = model.loss();
    for (String name : model.weightNames()) {
      float[] values = model.weight(name);
      double[] copy = new double[values.length];
      for (int i = 0; i < copy.length; i++) {
        copy[i] = values[i];
      }
      weights.put(name, copy);
    }
  }

  /** Mean loss of the rows without dropout. */
  double loss(DataSet rows) {
    return loss(rows, -1);
  }

  /** Mean loss of the rows in a training step, which is a batch of just these rows. */
  double loss(DataSet rows, int step) {
    double sum = 0;
    for (int row = 0; row < rows.count(); row++) {
      double[] z = logits(rows, row, step);
      sum +=
          rows.isLabelled() ? rowLoss(z, rows.label(row)) : rowLoss(z, rows.targets(row, row + 1));
    }
    return sum / rows.count();
  }

  /** Probabilities of one row. */
  double[] probabilities(DataSet rows, int row) {
    double[] z = logits(rows, row, -1);
    double[] p = new double[z.length];
    for (int i = 0; i < z.length; i++) {
      p[i] = Math.exp(-rowLoss(z, i));
    }
    return p;
  }

  /** Gradients of the mean loss by every element of every weight. */
  Map<String, double[]> gradients(DataSet rows, int step) {
    Map<String, double[]> gradients = new LinkedHashMap<>();
    weights.forEach(
        (name, values) -> {
          double[] gradient = new double[values.length];
          for (int i = 0; i < values.length; i++) {
            double value = values[i];
            values[i] = value + DIFFERENCE;
            double above = loss(rows, step);
            values[i] = value - DIFFERENCE;
            double below = loss(rows, step);
            values[i] = value;
            gradient[i] = (above - below) / (2 * DIFFERENCE);
          }
          gradients.put(name, gradient);
        });
    return gradients;
  }

  private static double rowLoss(double[] z, int label) {
    double max = Double.NEGATIVE_INFINITY;
    for (double value : z) {
      max = Math.max(max, value);
    }
    double sum = 0;
    for (double value : z) {
      sum += Math.exp(value - max);
    }
    return Math.log(sum) + max - z[label];
  }

  private double rowLoss(double[] z, float[] targets) {
    double sum = 0;
    for (int i = 0; i < z.length; i++) {
      sum +=
          switch (loss) {
            case MEAN_SQUARED_ERROR -> Math.pow(z[i] - targets[i], 2) / z.length;
            case BINARY_CROSSENTROPY -> (Math.log1p(Math.exp(z[i])) - z[i] * targets[i]) / z.length;
            default -> targets[i] * rowLoss(z, i);
          };
    }
    return sum;
  }

  /** What the network gives for a row, without dropout. */
  double[] outputs(DataSet rows, int row) {
    return logits(rows, row, -1);
  }

  private double[] logits(DataSet rows, int row, int step) {
    float[] given = rows.features(row, row + 1);
    double[] x = new double[given.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = rows.arePictures() ? Math.round(given[i] * 255) / 255.0 : given[i];
    }
    List<double[]> values = new ArrayList<>(List.of(x));
    for (Network.Entry entry : network.entries()) {
      List<double[]> inputs = entry.inputs().stream().map(values::get).toList();
      values.add(output(entry, inputs, row, step));
    }
    return values.get(values.size() - 1);
  }

  private double[] output(Network.Entry entry, List<double[]> inputs, int row, int step) {
    double[] x = inputs.get(0);
    return switch (entry.operation()) {
      case Conv2D conv -> convolution(conv, entry, x);
      case MaxPooling2D pool -> pooling(pool, entry, x);
      case Dense dense -> dense(dense, entry, x);
      case Dropout dropout when step >= 0 ->
          dropout(dropout, network.entries().indexOf(entry), row, step, x);
      case Add _ -> sum(inputs);
      default -> x;
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
    return Objects.requireNonNull(weights.get(entry.name() + "/" + role));
  }

  private double[] convolution(Conv2D conv, Network.Entry entry, double[] x) {
    Shape out = entry.output();
    double[] kernel = weight(entry, "kernel");
    double[] bias = weight(entry, "bias");
    double[] y = new double[out.elements()];
    for (int i = 0; i < y.length; i++) {
      int k = i % out.channels();
      int p = i / out.channels() / out.width();
      int q = i / out.channels() % out.width();
      double sum = bias[k] + filtered(conv, entry, x, kernel, new int[] {p, q, k});
      y[i] = conv.endsInRelu() ? Math.max(0, sum) : sum;
    }
    return y;
  }

  private static double filtered(
      Conv2D conv, Network.Entry entry, double[] x, double[] kernel, int[] position) {
    Shape in = entry.shapes().get(0);
    int k = position[2];
    int perGroup = in.channels() / conv.groups();
    int first = k / (conv.filters() / conv.groups()) * perGroup;
    int top = position[0] * conv.strideHeight() - padTop(conv, entry);
    int left = position[1] * conv.strideWidth() - padLeft(conv, entry);
    double sum = 0;
    for (int r = 0; r < conv.kernelHeight(); r++) {
      for (int s = 0; s < conv.kernelWidth(); s++) {
        int h = top + r * conv.dilationHeight();
        int w = left + s * conv.dilationWidth();
        if (h < 0 || h >= in.height() || w < 0 || w >= in.width()) {
          continue;
        }
        int pixel = (h * in.width() + w) * in.channels() + first;
        int taps = (r * conv.kernelWidth() + s) * perGroup;
        for (int c = 0; c < perGroup; c++) {
          sum += x[pixel + c] * kernel[(taps + c) * conv.filters() + k];
        }
      }
    }
    return sum;
  }

  private static int padTop(Conv2D conv, Network.Entry entry) {
    int extent = (conv.kernelHeight() - 1) * conv.dilationHeight() + 1;
    int in = entry.shapes().get(0).height();
    int out = entry.output().height();
    return conv.same() ? samePadding(in, out, conv.strideHeight(), extent) / 2 : 0;
  }

  private static int padLeft(Conv2D conv, Network.Entry entry) {
    int extent = (conv.kernelWidth() - 1) * conv.dilationWidth() + 1;
    int in = entry.shapes().get(0).width();
    int out = entry.output().width();
    return conv.same() ? samePadding(in, out, conv.strideWidth(), extent) / 2 : 0;
  }

  /** TensorFlow's rule: what the last window lacks. */
  private static int samePadding(int in, int out, int stride, int extent) {
    return Math.max(0, (out - 1) * stride + extent - in);
  }

  private static double[] pooling(MaxPooling2D pool, Network.Entry entry, double[] x) {
    Shape in = entry.shapes().get(0);
    Shape out = entry.output();
    double[] y = new double[out.elements()];
    for (int i = 0; i < y.length; i++) {
      int c = i % out.channels();
      int top = i / out.channels() / out.width() * pool.strideHeight();
      int left = i / out.channels() % out.width() * pool.strideWidth();
      double max = Double.NEGATIVE_INFINITY;
      for (int r = 0; r < pool.poolHeight(); r++) {
        for (int s = 0; s < pool.poolWidth(); s++) {
          max = Math.max(max, x[((top + r) * in.width() + left + s) * in.channels() + c]);
        }
      }
      y[i] = max;
    }
    return y;
  }

  private double[] dense(Dense dense, Network.Entry entry, double[] x) {
    double[] kernel = weight(entry, "kernel");
    double[] y = weight(entry, "bias").clone();
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < y.length; j++) {
        y[j] += x[i] * kernel[i * y.length + j];
      }
    }
    for (int j = 0; j < y.length && dense.endsInRelu(); j++) {
      y[j] = Math.max(0, y[j]);
    }
    return y;
  }

  /** The mask as the op's contract has it: element i of the batch, key of the layer, this step. */
  private double[] dropout(Dropout dropout, int number, int row, int step, double[] x) {
    long key = SeededRandom.key(seed, Model.PURPOSE_LAYERS, number);
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      boolean keep = Philox.unit(Philox.at((long) row * x.length + i, step, key)) >= dropout.rate();
      y[i] = keep ? x[i] / (1 - dropout.rate()) : 0;
    }
    return y;
  }
}
