package dev.quern.train;

import dev.quern.train.data.DataSet;
import dev.quern.train.layers.DoubleFunctions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.IntStream;

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
    loss = model.setup().loss();
    network = model.network().without(loss.ending());
    this.seed = seed;
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
    double[][] z = logits(rows, step, 0, rows.count());
    double sum = 0;
    for (int row = 0; row < rows.count(); row++) {
      sum +=
          rows.isLabelled()
              ? rowLoss(z[row], rows.label(row))
              : rowLoss(z[row], rows.targets(row, row + 1));
    }
    return sum / rows.count();
  }

  /** Probabilities of one row, without training. */
  double[] probabilities(DataSet rows, int row) {
    return DoubleFunctions.softmax(outputs(rows, row));
  }

  /** Gradients of the mean loss by every element of every weight that is trained. */
  Map<String, double[]> gradients(DataSet rows, int step) {
    Map<String, double[]> gradients = new LinkedHashMap<>();
    weights.forEach(
        (name, values) -> {
          if (!Objects.requireNonNull(network.weightSpecs().get(name)).trainable()) {
            return;
          }
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
    return -Math.log(DoubleFunctions.softmax(z)[label]);
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

  /** What the network gives for a row without training, before the loss's own function. */
  double[] outputs(DataSet rows, int row) {
    return logits(rows, -1, row, row + 1)[0];
  }

  /** What the network gives for rows that come in one batch, before the loss's own function. */
  private double[][] logits(DataSet rows, int step, int from, int to) {
    List<double[][]> values = new ArrayList<>();
    values.add(features(rows, from, to));
    DoubleLayers layers = new DoubleLayers(weights, seed, step);
    for (int i = 0; i < network.entries().size(); i++) {
      Network.Entry entry = network.entries().get(i);
      List<double[][]> inputs = entry.inputs().stream().map(values::get).toList();
      values.add(layers.output(entry, i, inputs));
    }
    return values.getLast();
  }

  private static double[][] features(DataSet rows, int from, int to) {
    double[][] x = new double[to - from][];
    for (int row = from; row < to; row++) {
      float[] given = rows.features(row, row + 1);
      x[row - from] =
          IntStream.range(0, given.length)
              .mapToDouble(i -> rows.arePictures() ? Math.round(given[i] * 255) / 255.0 : given[i])
              .toArray();
    }
    return x;
  }
}
