package dev.quern.train;

import dev.quern.train.data.DataException;
import dev.quern.train.files.JsonValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A network as JSON: the shape of its input and its layers in the order in which they run, each
 * with the numbers of the values that it takes; 0 is the input, i + 1 what layer i gives.
 */
final class Architecture {
  private Architecture() {}

  static Map<String, @Nullable Object> toJson(Network network) {
    List<Map<String, @Nullable Object>> layers = new ArrayList<>();
    for (Network.Entry entry : network.entries()) {
      Map<String, @Nullable Object> layer = new LinkedHashMap<>();
      layer.put("name", entry.name());
      layer.put("inputs", entry.inputs());
      layer.put("frozen", entry.frozen());
      layer.put("operation", Records.toJson(entry.operation()));
      layers.add(layer);
    }
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    Shape input = network.input();
    object.put("input", List.of(input.height(), input.width(), input.channels()));
    object.put("layers", layers);
    return object;
  }

  /**
   * Builds the network again.
   *
   * @throws DataException if the text is wrong or a layer cannot take what it gets
   */
  static Network read(JsonValue json) {
    List<JsonValue> layers = json.get("layers").list();
    Network network;
    try {
      network = Network.of(nodes(json, layers).getLast());
    } catch (DataException e) {
      throw e;
    } catch (RuntimeException e) {
      // Layers check themselves, but nobody expects of them to foresee any nonsense.
      throw new DataException(
          "%s: the network cannot be built: %s".formatted(json.where(), JsonValue.reason(e)), e);
    }
    boolean[] frozen = new boolean[layers.size()];
    for (int i = 0; i < layers.size(); i++) {
      JsonValue layer = layers.get(i);
      frozen[i] = layer.get("frozen").flag();
      if (network.entries().size() != layers.size()
          || !network.entries().get(i).name().equals(layer.get("name").text())
          || !network.entries().get(i).inputs().equals(inputs(layer))) {
        throw new DataException(
            "%s: layers must be named and ordered as Quern does it".formatted(layer.where()));
      }
    }
    List<String> names = network.layerNames();
    return network.frozen(name -> frozen[names.indexOf(name)]);
  }

  private static List<Node> nodes(JsonValue json, List<JsonValue> layers) {
    List<JsonValue> extents = json.get("input").list();
    if (extents.size() != 3) {
      throw new DataException(
          "%s: the input must have 3 extents, but has %d".formatted(json.where(), extents.size()));
    }
    List<Node> values = new ArrayList<>();
    values.add(
        Node.input(
            new Shape(
                extents.get(0).wholeNumber(),
                extents.get(1).wholeNumber(),
                extents.get(2).wholeNumber())));
    for (JsonValue layer : layers) {
      List<Node> taken = new ArrayList<>();
      for (int number : inputs(layer)) {
        if (number < 0 || number >= values.size()) {
          throw new DataException(
              "%s: a layer can take values 0 to %d, but takes %d"
                  .formatted(layer.where(), values.size() - 1, number));
        }
        taken.add(values.get(number));
      }
      values.add(node(layer, taken));
    }
    return values;
  }

  private static List<Integer> inputs(JsonValue layer) {
    return layer.get("inputs").list().stream().map(JsonValue::wholeNumber).toList();
  }

  private static Node node(JsonValue json, List<Node> inputs) {
    return switch (Records.read(json.get("operation"), Operation.class)) {
      case Merge merge -> Node.merge(merge, inputs.toArray(Node[]::new));
      case Layer layer when inputs.size() == 1 -> inputs.get(0).then(layer);
      case Layer _ ->
          throw new DataException(
              "%s: the layer takes one input, but has %d".formatted(json.where(), inputs.size()));
    };
  }
}
