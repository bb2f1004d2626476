package dev.quern.train;

import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.core.SpecException;
import dev.quern.kernels.Precision;
import dev.quern.train.optimizers.Optimizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A network: a description, checked when it is built, without any memory. A row of layers is made
 * by {@link Sequential}, anything else from the {@link Node} that is its output.
 */
public final class Network {
  /** In place of a number. */
  static final int NONE = -1;

  private final List<Entry> entries;
  private final int[] onlyTakers;

  /**
   * A layer in its place. Values are numbered: 0 is the network's input, i + 1 what entry i gives.
   *
   * @param name Keras's name: the kind, numbered from the second on
   * @param operation the layer
   * @param inputs numbers of the values that it takes
   * @param shapes their shapes
   * @param output shape of what it gives
   * @param frozen whether its weights stay as they are
   */
  record Entry(
      String name,
      Operation operation,
      List<Integer> inputs,
      List<Shape> shapes,
      Shape output,
      boolean frozen) {

    /** What it learns; nothing of it is trained if the entry is frozen. */
    List<WeightSpec> weights() {
      List<WeightSpec> weights = operation.weights(shapes);
      return frozen ? weights.stream().map(WeightSpec::fixed).toList() : weights;
    }

    /** Whether training changes a weight of it. */
    boolean trains() {
      return weights().stream().anyMatch(WeightSpec::trainable);
    }

    /** Another layer in the same place. */
    Entry with(Operation other) {
      return new Entry(name, other, inputs, shapes, output, frozen);
    }

    /** The same layer behind other values. */
    Entry taking(List<Integer> values) {
      return new Entry(name, operation, values, shapes, output, frozen);
    }

    Entry freeze(boolean on) {
      return new Entry(name, operation, inputs, shapes, output, frozen || on);
    }
  }

  private Network(List<Entry> entries) {
    this.entries = List.copyOf(entries);
    onlyTakers = new int[entries.size() + 1];
    int[] takers = new int[entries.size() + 1];
    for (int i = 0; i < entries.size(); i++) {
      for (int value : entries.get(i).inputs()) {
        onlyTakers[value] = takers[value]++ == 0 ? i : NONE;
      }
    }
    onlyTakers[entries.size()] = NONE;
  }

  /**
   * The network that computes a node from the one input that it comes from.
   *
   * @throws SpecException if there is no layer, or more than one input
   */
  public static Network of(Node output) {
    List<Node> order = output.order();
    long inputs = order.stream().filter(node -> node.operation() == null).count();
    if (inputs != 1 || order.size() < 2) {
      throw new SpecException(
          "a network needs one input and at least one layer, but has %d and %d"
              .formatted(inputs, order.size() - inputs));
    }
    List<String> names = Node.names(order);
    List<Entry> entries = new ArrayList<>();
    for (Node node : order.subList(1, order.size())) {
      Operation operation = Objects.requireNonNull(node.operation()); // the input comes first
      List<Integer> taken = node.inputs().stream().map(order::indexOf).toList();
      List<Shape> shapes = node.inputs().stream().map(Node::shape).toList();
      String name = names.get(entries.size());
      entries.add(new Entry(name, operation, taken, shapes, node.shape(), false));
    }
    return new Network(entries);
  }

  /**
   * This network with some layers frozen: training leaves their weights as they are, and does no
   * work for them.
   *
   * @param layers their names, as in {@link #layerNames}
   * @throws SpecException if there is no such layer
   */
  public Network frozen(String... layers) {
    Set<String> unknown = new HashSet<>(Arrays.asList(layers));
    layerNames().forEach(unknown::remove);
    if (!unknown.isEmpty()) {
      throw new SpecException(
          "there is no layer %s; there are %s".formatted(String.join(", ", unknown), layerNames()));
    }
    return frozen(Set.of(layers)::contains);
  }

  /** This network with every layer frozen whose name passes. */
  public Network frozen(Predicate<String> layers) {
    return new Network(entries.stream().map(e -> e.freeze(layers.test(e.name()))).toList());
  }

  /**
   * This network without that function at its end, for a loss that goes through the function by
   * itself. Names and weights stay the same.
   */
  Network without(Ending ending) {
    List<Entry> changed = new ArrayList<>(entries);
    Entry last = changed.removeLast();
    changed.add(last.with(last.operation().without(ending)));
    return new Network(changed);
  }

  /**
   * This network with every function that is a layer of its own moved into the layer in front, if
   * nobody else takes that layer's output and it can end in the function: a pass over memory less.
   * Names and weights stay the same.
   */
  Network fused() {
    List<Entry> kept = new ArrayList<>();
    int[] moved = new int[entries.size() + 1];
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      int input = entry.inputs().get(0);
      boolean alone = input > 0 && onlyTaker(input) == i;
      Entry before = alone ? kept.get(moved[input] - 1) : entry;
      Operation both = alone ? before.operation().endingIn(entry.operation()) : null;
      if (both != null) {
        kept.set(moved[input] - 1, before.with(both));
        moved[i + 1] = moved[input];
      } else {
        kept.add(entry.taking(entry.inputs().stream().map(value -> moved[value]).toList()));
        moved[i + 1] = kept.size();
      }
    }
    return new Network(kept);
  }

  /** Whether that function is the last thing that the network does. */
  boolean endsIn(Ending function) {
    return !without(function).entries().getLast().equals(entries.getLast());
  }

  /** Names of all layers in the order in which they run. */
  public List<String> layerNames() {
    return entries.stream().map(Entry::name).toList();
  }

  /** Shape of a sample. */
  public Shape input() {
    return entries.get(0).shapes().get(0);
  }

  /** Shape of the last layer's output. */
  public Shape output() {
    return entries.get(entries.size() - 1).output();
  }

  List<Entry> entries() {
    return entries;
  }

  /** Shape of value number {@code value}. */
  Shape shape(int value) {
    return value == 0 ? input() : entries.get(value - 1).output();
  }

  /** The entry that takes a value, if just one does and once; else {@link #NONE}. */
  int onlyTaker(int value) {
    return onlyTakers[value];
  }

  /** Every weight under its name, {@code layer/weight}. */
  SequencedMap<String, WeightSpec> weightSpecs() {
    SequencedMap<String, WeightSpec> specs = new LinkedHashMap<>();
    for (Entry entry : entries) {
      for (WeightSpec weight : entry.weights()) {
        specs.put(entry.name() + "/" + weight.name(), weight);
      }
    }
    return specs;
  }

  /**
   * Puts the network on the best device that is found, with fresh weights from seed 1. Closing the
   * model closes the device.
   *
   * @param optimizer how weights follow their gradients
   * @param loss what training makes small
   * @throws dev.quern.core.BackendUnavailableException if no device can be used
   */
  public Model compile(Optimizer optimizer, Loss loss) {
    loss.requireOutput(this);
    Device device = Detection.detect().best().open();
    try {
      return compile(device, optimizer, loss, 1).owningDevice();
    } catch (RuntimeException e) {
      device.close();
      throw e;
    }
  }

  /**
   * Puts the network on a device, with fresh weights from seed 1.
   *
   * @param device where; must stay open as long as the model
   */
  public Model compile(Device device, Optimizer optimizer, Loss loss) {
    return compile(device, optimizer, loss, 1);
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
    return new Model(new Setup(this, device, optimizer, loss, seed, precision));
  }

  /** A table of layers, output shapes and numbers of weights. */
  public String summary() {
    return Summary.of(this);
  }
}
