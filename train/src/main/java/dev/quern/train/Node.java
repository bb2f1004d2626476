package dev.quern.train;

import dev.quern.core.SpecException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A value in a network, as in Keras's functional form: the network's input, or what a layer makes
 * of others. Immutable; any number of layers may take the same node.
 *
 * <pre>
 * Node x = Node.input(new Shape(32, 32, 3)).then(Conv2D.of(16, 3, 3).samePadding().relu());
 * Node y = x.then(Conv2D.of(16, 3, 3).samePadding().relu(), Conv2D.of(16, 3, 3).samePadding());
 * Network network = Network.of(Add.of(x, y).then(Flatten.of(), Dense.of(10)));
 * </pre>
 */
public final class Node {
  private final @Nullable Operation operation;
  private final List<Node> inputs;
  private final Shape shape;

  private Node(@Nullable Operation operation, List<Node> inputs, Shape shape) {
    this.operation = operation;
    this.inputs = inputs;
    this.shape = shape;
  }

  /**
   * The input of a network.
   *
   * @param shape shape of a sample
   * @throws SpecException if it has no elements
   */
  public static Node input(Shape shape) {
    if (shape.height() < 1 || shape.width() < 1 || shape.channels() < 1) {
      throw new SpecException(
          "a network needs an input of at least one element in each direction, but gets " + shape);
    }
    return new Node(null, List.of(), shape);
  }

  /**
   * These layers one behind the other, the first one on this node.
   *
   * @return the last layer's output
   * @throws SpecException if a layer cannot take what the one before it gives; names the layer
   */
  public Node then(Layer... layers) {
    Node node = this;
    for (Layer layer : layers) {
      node = of(layer, List.of(node));
    }
    return node;
  }

  /**
   * A layer with several inputs.
   *
   * @throws SpecException if it cannot take them; names the layer
   */
  public static Node merge(Merge merge, Node... inputs) {
    return of(merge, List.of(inputs));
  }

  private static Node of(Operation operation, List<Node> inputs) {
    List<Shape> shapes = inputs.stream().map(Node::shape).toList();
    try {
      return new Node(operation, inputs, operation.output(shapes));
    } catch (SpecException e) {
      List<Node> order = new Node(operation, inputs, Shape.flat(1)).order();
      List<String> names = names(order);
      String what = shapes.stream().map(Shape::toString).collect(Collectors.joining(" and "));
      throw new SpecException(
          "layer %d (%s), which gets %s: %s"
              .formatted(names.size(), names.get(names.size() - 1), what, e.getMessage()));
    }
  }

  /** Shape of the value, of one sample. */
  public Shape shape() {
    return shape;
  }

  /** What makes it of {@link #inputs}; null for a network's input. */
  @Nullable Operation operation() {
    return operation;
  }

  List<Node> inputs() {
    return inputs;
  }

  /** All that this node is made of, and the node: what is made of others comes behind them. */
  List<Node> order() {
    Set<Node> done = new LinkedHashSet<>();
    Deque<Node> open = new ArrayDeque<>(List.of(this));
    while (!open.isEmpty()) {
      Node node = open.getLast();
      Node waitsFor =
          node.inputs.stream().filter(input -> !done.contains(input)).findFirst().orElse(null);
      if (waitsFor == null) {
        done.add(open.removeLast());
      } else {
        open.addLast(waitsFor);
      }
    }
    return List.copyOf(done);
  }

  /** Keras's names of the layers among these nodes: the kind, numbered from the second on. */
  static List<String> names(List<Node> order) {
    Map<String, Integer> seen = new HashMap<>();
    return order.stream()
        .filter(node -> node.operation != null)
        .map(
            node -> {
              String kind = node.operation.kind();
              int number = seen.merge(kind, 1, Integer::sum);
              return number == 1 ? kind : kind + "_" + (number - 1);
            })
        .toList();
  }
}
