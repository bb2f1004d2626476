package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.AvailableDevice;
import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.train.Fit;
import dev.quern.train.Loss;
import dev.quern.train.Model;
import dev.quern.train.Network;
import dev.quern.train.data.DataSet;
import dev.quern.train.optimizers.Optimizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Random networks of all layers, trained for two steps, the second on a batch that is not full: on
 * every device the weights are those of the CPU. {@code -Dquern.networks=1000} draws more of them,
 * {@code -Dquern.networks.seed=N} others.
 */
final class RandomNetworksTest {
  private static final int NETWORKS = Integer.getInteger("quern.networks", 300);
  private static final long SEED = Long.getLong("quern.networks.seed", 1);
  private static final int BATCH = 5;
  private static final int ROWS = 8;

  /**
   * Relative distance of what two devices add to a weight: each of up to 15 layers adds, forward
   * and back, sqrt(700) roundings of 2^-24 to what it gets, and the second step begins with what
   * the first one left.
   */
  private static final double BOUND = 2 * 30 * Math.sqrt(700) * 0x1p-24;

  /** Against the whole network's: a bias in front of a batch norm has a gradient of roundings. */
  private static final double SHARE_OF_WHOLE = 0.01;

  /**
   * Where two values nearly tie, rounding decides which way a ReLU's or a maximum's gradient goes.
   * Other rows have no tie there, but an error would be seen with any.
   */
  private static final int DRAWS_OF_ROWS = 3;

  /** All there are; a new kind of layer belongs into RandomNetwork, too. */
  private static final Set<String> KINDS =
      Set.of(
          "activation",
          "add",
          "augmentation",
          "average_pooling1d",
          "average_pooling2d",
          "batch_normalization",
          "conv1d",
          "conv2d",
          "conv2d_transpose",
          "dense",
          "depthwise_conv2d",
          "dropout",
          "flatten",
          "global_average_pooling2d",
          "max_pooling1d",
          "max_pooling2d",
          "reshape",
          "up_sampling2d");

  @Test
  void everyDeviceTrainsAsTheCpuDoes() {
    List<AvailableDevice> others = new ArrayList<>(Detection.detect().devices());
    others.removeIf(device -> device.info().id().equals("cpu"));
    Assumptions.assumeFalse(
        others.isEmpty(), "NOT TESTED: this machine has one device; OpenCL would be another");
    Set<String> kinds = new TreeSet<>();
    try (Device cpu = Detection.detect("cpu").require("cpu").open()) {
      for (AvailableDevice other : others) {
        try (Device device = other.open()) {
          for (long seed = SEED; seed < SEED + NETWORKS; seed++) {
            requireSame(seed, cpu, device);
            RandomNetwork.draw(seed)
                .layerNames()
                .forEach(n -> kinds.add(n.replaceAll("_\\d+$", "")));
          }
        }
        System.out.printf("%s: %d random networks as on the CPU%n", other.info().id(), NETWORKS);
      }
    }
    assertThat(kinds).as("kinds of layers that were drawn").isEqualTo(KINDS);
  }

  private static void requireSame(long seed, Device cpu, Device device) {
    Network network = RandomNetwork.draw(seed);
    double least = Double.POSITIVE_INFINITY;
    for (int draw = 0; draw < DRAWS_OF_ROWS && !(least <= BOUND); draw++) {
      DataSet rows = rows(network, DRAWS_OF_ROWS * seed + draw);
      least = Math.min(least, difference(network, rows, cpu, device));
    }
    assertThat(least)
        .as(
            "relative difference of the weights of network %d on %s:%n%s",
            seed, device.info().id(), network.summary())
        .isLessThanOrEqualTo(BOUND);
  }

  /** The largest distance of weights on two devices, relative to how far training moved them. */
  private static double difference(Network network, DataSet rows, Device a, Device b) {
    try (Model want = compile(network, a);
        Model got = compile(network, b)) {
      Map<String, float[]> start = weights(want);
      want.fit(rows, Fit.epochs(1).batch(BATCH).shuffle(false));
      got.fit(rows, Fit.epochs(1).batch(BATCH).shuffle(false));
      Map<String, Double> moved = new LinkedHashMap<>();
      start.forEach((name, from) -> moved.put(name, distance(want.weight(name), from)));
      double whole = moved.values().stream().reduce(0.0, Math::hypot);
      double worst = 0;
      for (Map.Entry<String, Double> weight : moved.entrySet()) {
        float[] end = want.weight(weight.getKey());
        double size = distance(end, new float[end.length]);
        double allowed = weight.getValue() + SHARE_OF_WHOLE * (whole + size);
        worst = Math.max(worst, distance(end, got.weight(weight.getKey())) / allowed);
      }
      return worst;
    }
  }

  private static Model compile(Network network, Device device) {
    return network.compile(device, Optimizer.sgd(0.05), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 3);
  }

  private static Map<String, float[]> weights(Model model) {
    Map<String, float[]> weights = new LinkedHashMap<>();
    model.weightNames().forEach(name -> weights.put(name, model.weight(name)));
    return weights;
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
    }
    return Math.sqrt(sum);
  }

  private static DataSet rows(Network network, long seed) {
    Random random = new Random(seed);
    byte[] pixels = new byte[ROWS * network.input().elements()];
    random.nextBytes(pixels);
    int classes = network.output().elements();
    int[] labels = random.ints(ROWS, 0, classes).toArray();
    return new DataSet(
        "noise",
        pixels,
        labels,
        network.input().height(),
        network.input().width(),
        network.input().channels(),
        classes);
  }
}
