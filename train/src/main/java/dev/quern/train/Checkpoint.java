package dev.quern.train;

import dev.quern.core.Device;
import dev.quern.core.SpecException;
import dev.quern.kernels.Precision;
import dev.quern.train.data.DataException;
import dev.quern.train.files.JsonValue;
import dev.quern.train.files.Safetensors;
import dev.quern.train.optimizers.Optimizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.jr.ob.JSON;

/**
 * A whole model as {@link Model#save} writes it: a safetensors file with all weights under their
 * names, the optimizer's arrays under {@code optimizer/i/weight}, and one JSON text in its metadata
 * for everything else. Times are not in it: the same training gives the same bytes.
 *
 * @param network layers and how they are connected
 * @param optimizer how weights follow their gradients
 * @param loss what training makes small
 * @param seed of weights, shuffling and layers
 * @param precision arithmetic of products
 * @param learningRate step size at the moment
 * @param epochs epochs done
 * @param steps steps done
 * @param history the last epochs, {@value #LONGEST_HISTORY} at most
 * @param classNames what classes are called; empty if nobody said
 * @param arrays weights and optimizer's arrays by name
 */
public record Checkpoint(
    Network network,
    Optimizer optimizer,
    Loss loss,
    long seed,
    Precision precision,
    float learningRate,
    int epochs,
    long steps,
    History history,
    List<String> classNames,
    Map<String, Safetensors.Array> arrays) {
  /** So many take a megabyte of the header, which may have four. */
  static final int LONGEST_HISTORY = 10_000;

  private static final String KEY = "quern";
  private static final int VERSION = 1;

  /** Copies lists and map. */
  public Checkpoint {
    classNames = List.copyOf(classNames);
    arrays = Map.copyOf(arrays);
  }

  /**
   * Refuses a model that a file cannot hold, before it is trained for hours.
   *
   * @throws SpecException if a part of it is code of the user's that cannot be written as settings
   */
  public static void requireSavable(Model model) {
    Architecture.toJson(model.network());
    Records.toJson(model.setup().optimizer());
  }

  static void write(Path file, Model model) {
    Setup setup = model.setup();
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("version", VERSION);
    object.put("network", Architecture.toJson(setup.network()));
    object.put("classes", model.classNames());
    object.put("optimizer", Records.toJson(setup.optimizer()));
    object.put("loss", setup.loss().name());
    object.put("seed", setup.seed());
    object.put("precision", setup.precision().name());
    object.put("learning_rate", Records.toJson(model.learningRate()));
    object.put("epochs", model.epochsTrained());
    object.put("steps", model.stepsTrained());
    object.put("history", HistoryText.untimedRows(model.history()));
    String json = JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(object);
    List<Safetensors.Array> arrays = new ArrayList<>(model.weights().arrays());
    arrays.addAll(model.weights().stateArrays());
    Safetensors.write(file, arrays, Map.of(KEY, json));
  }

  /**
   * Reads a file that {@link Model#save} wrote. Nothing in it is believed.
   *
   * @throws DataException if it is missing, damaged, of a newer version, or no whole model
   */
  public static Checkpoint read(Path file) {
    return of(file, Safetensors.read(file));
  }

  /** What a safetensors file holds, checked. */
  static Checkpoint of(Path file, Safetensors.Contents contents) {
    String text = contents.metadata().get(KEY);
    if (text == null) {
      throw new DataException(
          "%s: holds weights but no model; build its network and load them by name"
              .formatted(file));
    }
    JsonValue json = JsonValue.parse(file.toString(), text);
    int version = json.get("version").wholeNumber();
    if (version != VERSION) {
      throw new DataException(
          "%s: has version %d of the format, but this Quern reads version %d; %s"
              .formatted(
                  file,
                  version,
                  VERSION,
                  version > VERSION ? "update it" : "the file is damaged, get it again"));
    }
    Loss loss = json.get("loss").constant(Loss.class);
    Checkpoint checkpoint =
        new Checkpoint(
            Architecture.read(json.get("network")),
            Records.read(json.get("optimizer"), Optimizer.class),
            loss,
            json.get("seed").longNumber(),
            json.get("precision").constant(Precision.class),
            (float) json.get("learning_rate").number(),
            json.get("epochs").wholeNumber(),
            json.get("steps").longNumber(),
            HistoryText.ofJson(json.get("history"), loss.hasAccuracy()),
            json.get("classes").list().stream().map(JsonValue::text).toList(),
            contents.arrays());
    checkpoint.check(file);
    return checkpoint;
  }

  private void check(Path file) {
    if (epochs < 0 || steps < epochs || steps > Integer.MAX_VALUE || !(learningRate >= 0)) {
      throw new DataException(
          "%s: %d epochs and %d steps with a learning rate of %s cannot be; get the file again"
              .formatted(file, epochs, steps, learningRate));
    }
    if (history.lastEpoch() != epochs) {
      throw new DataException(
          "%s: the history must end with epoch %d, but has %d epochs from %d on"
              .formatted(file, epochs, history.epochs().size(), history.firstEpoch()));
    }
    int classes = network.output().elements();
    if (!classNames.isEmpty() && classNames.size() != classes) {
      throw new DataException(
          "%s: %d classes need as many names, but have %d"
              .formatted(file, classes, classNames.size()));
    }
    checkArrays(file);
  }

  private void checkArrays(Path file) {
    Set<String> surplus = new LinkedHashSet<>(arrays.keySet());
    for (Map.Entry<String, List<Integer>> expected : shapes(file).entrySet()) {
      String name = expected.getKey();
      Safetensors.Array array = arrays.get(name);
      if (array == null || !array.shape().equals(expected.getValue())) {
        throw new DataException(
            "%s: array '%s' must have shape %s, but %s"
                .formatted(
                    file,
                    name,
                    expected.getValue(),
                    array == null ? "is not there" : "has " + array.shape()));
      }
      surplus.remove(name);
    }
    if (!surplus.isEmpty()) {
      throw new DataException(
          "%s: array '%s' belongs to no layer and no optimizer; there are %d such"
              .formatted(file, JsonValue.shown(surplus.iterator().next()), surplus.size()));
    }
  }

  /** Shapes of all arrays that there must be. */
  private Map<String, List<Integer>> shapes(Path file) {
    Map<String, List<Integer>> shapes = new LinkedHashMap<>();
    try {
      network
          .weightSpecs()
          .forEach(
              (name, spec) -> {
                shapes.put(name, spec.shape());
                for (int i = 0; spec.trainable() && i < optimizer.states(); i++) {
                  shapes.put(Weights.stateName(i, name), spec.shape());
                }
              });
    } catch (RuntimeException e) {
      throw new DataException(
          "%s: the network's weights cannot be: %s".formatted(file, JsonValue.reason(e)), e);
    }
    return shapes;
  }

  /** Elements of all arrays by name. */
  Map<String, float[]> values() {
    return arrays.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, array -> array.getValue().values()));
  }

  /**
   * The model, on a device.
   *
   * @param device where; must stay open as long as the model
   */
  public Model open(Device device) {
    Model model = network.compile(device, optimizer, loss, seed, precision);
    try {
      model.restore(this);
      return model;
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /** Names of classes, checked against a network. */
  static List<String> requireNames(Network network, List<String> names) {
    if (names.size() != network.output().elements()) {
      throw new SpecException(
          "the network answers with one of %d classes, but %d names were given"
              .formatted(network.output().elements(), names.size()));
    }
    return List.copyOf(names);
  }
}
