package dev.quern.train;

import dev.quern.core.Device;
import dev.quern.core.SpecException;
import dev.quern.kernels.Precision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A network as a row of layers: a description, checked when it is built, without any memory.
 *
 * <pre>
 * Sequential network = Sequential.of(new Shape(28, 28, 1),
 *     Conv2D.of(32, 3, 3).relu(), MaxPooling2D.of(2, 2), Flatten.of(), Dense.of(10));
 * </pre>
 */
public final class Sequential {
  private final Shape input;
  private final List<Entry> entries = new ArrayList<>();

  /**
   * A layer in its place.
   *
   * @param name Keras's name: the kind, numbered from the second on
   * @param layer the layer
   * @param input shape of what it gets
   * @param output shape of what it gives
   */
  record Entry(String name, Layer layer, Shape input, Shape output) {
    long weightCount() {
      return layer.weights(input).stream().mapToLong(WeightSpec::count).sum();
    }
  }

  private Sequential(Shape input, List<Layer> layers) {
    this.input = input;
    if (input.height() < 1 || input.width() < 1 || input.channels() < 1 || layers.isEmpty()) {
      throw new SpecException(
          "a network needs at least one layer and an input of positive size, but has %d layers and input %s"
              .formatted(layers.size(), input));
    }
    Map<String, Integer> seen = new HashMap<>();
    Shape shape = input;
    for (Layer layer : layers) {
      int number = seen.merge(layer.kind(), 1, Integer::sum);
      String name = number == 1 ? layer.kind() : layer.kind() + "_" + (number - 1);
      Shape output;
      try {
        output = layer.output(shape);
      } catch (SpecException e) {
        throw new SpecException(
            "layer %d (%s), which gets %s: %s"
                .formatted(entries.size() + 1, name, shape, e.getMessage()));
      }
      entries.add(new Entry(name, layer, shape, output));
      shape = output;
    }
  }

  /**
   * A network on samples of this shape.
   *
   * @throws SpecException if a layer cannot take what the one before it gives; names the layer
   */
  public static Sequential of(Shape input, Layer... layers) {
    return new Sequential(input, List.of(layers));
  }

  /** Shape of a sample. */
  public Shape input() {
    return input;
  }

  /** Shape of the last layer's output. */
  public Shape output() {
    return entries.get(entries.size() - 1).output();
  }

  List<Entry> entries() {
    return entries;
  }

  /** Every weight under its name, {@code layer/weight}. */
  SequencedMap<String, WeightSpec> weightSpecs() {
    SequencedMap<String, WeightSpec> specs = new LinkedHashMap<>();
    for (Entry entry : entries) {
      for (WeightSpec weight : entry.layer().weights(entry.input())) {
        specs.put(entry.name() + "/" + weight.name(), weight);
      }
    }
    return specs;
  }

  /**
   * Puts the network on a device, with fresh weights.
   *
   * @param device where; must stay open as long as the model
   * @param optimizer how weights follow their gradients
   * @param loss what training makes small
   * @param seed of weights, shuffling and dropout: the same seed gives the same bytes
   */
  public Model compile(Device device, Optimizer optimizer, Loss loss, long seed) {
    return compile(device, optimizer, loss, seed, Precision.FP32);
  }

  /** Puts the network on a device, with products in this precision. */
  public Model compile(
      Device device, Optimizer optimizer, Loss loss, long seed, Precision precision) {
    if (!output().isFlat()) {
      throw new SpecException(
          loss + " needs a flat output, one number a class, but the network gives " + output());
    }
    return new Model(this, device, optimizer, seed, precision);
  }

  /** A table of layers, output shapes and numbers of weights. */
  public String summary() {
    StringBuilder text = new StringBuilder();
    text.append(row("Layer (type)", "Output shape", "Param #")).append("-".repeat(58)).append('\n');
    long total = 0;
    for (Entry entry : entries) {
      long count = entry.weightCount();
      total += count;
      String type = entry.name() + " (" + entry.layer().getClass().getSimpleName() + ")";
      text.append(row(type, entry.output().toString(), String.format(Locale.ROOT, "%,d", count)));
    }
    text.append("-".repeat(58)).append('\n');
    text.append(String.format(Locale.ROOT, "Total params: %,d%n", total));
    return text.toString();
  }

  private static String row(String layer, String shape, String count) {
    return String.format(Locale.ROOT, "%-30s %-16s %10s%n", layer, shape, count);
  }
}
