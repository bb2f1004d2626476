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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
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

  /** Of 900 networks (seeds 1, 1001 and 2001) PoCL needed other rows for 4, and once yet others. */
  private static final int ONE_IN = 50;

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
    List<AvailableDevice> others = OtherDevices.all();
    try (Device cpu = Detection.detect("cpu").require("cpu").open()) {
      for (AvailableDevice other : others) {
        int[] drawn = new int[DRAWS_OF_ROWS + 1];
        try (Device device = other.open()) {
          for (long seed = SEED; seed < SEED + NETWORKS; seed++) {
            drawn[drawsUntilSame(seed, cpu, device)]++;
          }
        }
        String id = other.info().id();
        System.out.printf(
            "%s: %d random networks as on the CPU, %d with other rows, %d with yet others%n",
            id, NETWORKS, drawn[2], drawn[3]);
        assertThat(NETWORKS - drawn[1])
            .as("networks that were the same on %s with other rows only", id)
            .isLessThanOrEqualTo(Math.ceilDiv(NETWORKS, ONE_IN));
      }
    }
  }

  @Test
  void everyKindOfLayerIsDrawn() {
    Set<String> kinds = new TreeSet<>();
    for (long seed = 1; seed <= 300; seed++) {
      for (String name : RandomNetwork.draw(seed).layerNames()) {
        kinds.add(name.replaceAll("_\\d+$", ""));
      }
    }
    assertThat(kinds).isEqualTo(KINDS);
  }

  /** With how many draws of rows the weights were the same for the first time, 1 or more. */
  private static int drawsUntilSame(long seed, Device cpu, Device device) {
    Network network = RandomNetwork.draw(seed);
    double least = Double.POSITIVE_INFINITY;
    int draws = 0;
    while (draws < DRAWS_OF_ROWS && !(least <= BOUND)) {
      DataSet rows = rows(network, DRAWS_OF_ROWS * seed + draws);
      least = Math.min(least, difference(network, rows, cpu, device));
      draws++;
    }
    assertThat(least)
        .as(
            "relative difference of the weights of network %d on %s:%n%s",
            seed, device.info().id(), network.summary())
        .isLessThanOrEqualTo(BOUND);
    return draws;
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
