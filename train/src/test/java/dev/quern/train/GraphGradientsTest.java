package dev.quern.train;

import dev.quern.train.layers.Add;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.Dropout;
import dev.quern.train.layers.Flatten;
import dev.quern.train.layers.MaxPooling2D;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Networks that are no row of layers, against central differences in double. */
class GraphGradientsTest {
  private static final Shape IMAGE = new Shape(9, 8, 2);
  private static final Conv2D SAME = Conv2D.of(4, 3, 3).samePadding();

  /** Every way in which gradients meet, and in which one is read by several. */
  static Stream<Arguments> graphs() {
    Node input = Node.input(IMAGE);
    Node x = input.then(Conv2D.of(4, 2, 2));
    Node relu = input.then(SAME.relu());
    return Stream.of(
        graph("residual block", Add.of(x, x.then(SAME.relu(), SAME))),
        graph("the other way round", Add.of(x.then(SAME.relu(), SAME), x)),
        // The addition hands one gradient to both arms, and both change theirs.
        graph("diamond of two ReLUs", Add.of(x.then(SAME.relu()), x.then(SAME.relu()))),
        graph("diamond with a ReLU on one arm", Add.of(x.then(SAME), x.then(SAME.relu()))),
        graph("ReLU as a shortcut", Add.of(relu, relu.then(SAME, Dropout.of(0.2)))),
        graph("three takers", Add.of(x.then(SAME), x.then(SAME.relu()), x.then(SAME))),
        graph("three takers, one of them the sum", Add.of(x.then(SAME), x, x.then(SAME.relu()))),
        graph("sum of sums", Add.of(Add.of(x, x.then(SAME.relu())), Add.of(x.then(SAME), x))),
        graph("twice the same", Add.of(relu, relu)),
        graph("pool beside a convolution", beside(relu)),
        graph("two blocks", twoBlocks(relu)),
        graph("input as a shortcut", Add.of(input.then(Conv2D.of(2, 1, 1).relu()), input)),
        graph(
            "rows of numbers",
            Add.of(
                relu.then(Flatten.of(), Dense.of(6).relu()),
                relu.then(Flatten.of(), Dense.of(6)))));
  }

  /** The pool must not go through the ReLU alone, as somebody else takes its output, too. */
  private static Node beside(Node relu) {
    return Add.of(
        relu.then(MaxPooling2D.of(2, 2)), relu.then(SAME.strides(2, 2)).then(Conv2D.of(4, 2, 1)));
  }

  private static Node twoBlocks(Node x) {
    Node first = Add.of(x, x.then(SAME.relu(), SAME));
    Node second = Add.of(first, first.then(SAME.relu(), Dropout.of(0.25), SAME));
    return second.then(MaxPooling2D.of(2, 2));
  }

  private static Arguments graph(String name, Node node) {
    return Arguments.of(name, Network.of(node.then(Flatten.of(), Dense.of(3))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("graphs")
  void gradientsAreTheDifferencesOfTheLoss(String name, Network network) {
    GradientCheck.trained(network);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("graphs")
  void evaluationAndPredictionSeeNoDropout(String name, Network network) {
    GradientCheck.evaluated(network);
  }
}
