package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.SpecException;
import dev.quern.train.layers.Activation;
import dev.quern.train.layers.Add;
import dev.quern.train.layers.BatchNormalization;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.Dropout;
import dev.quern.train.layers.Flatten;
import dev.quern.train.layers.MaxPooling2D;
import org.junit.jupiter.api.Test;

/** Networks that are no row of layers: order, names, and what is said of those that do not fit. */
class NetworkTest {
  private static final Conv2D CONV = Conv2D.of(2, 3, 3).samePadding();

  private final Node input = Node.input(new Shape(4, 4, 2));

  @Test
  void entriesComeInAnOrderInWhichTheyCanRun() {
    Node x = input.then(CONV);
    Node sum = Add.of(x, x.then(CONV, CONV));
    Network network = Network.of(Add.of(sum, sum.then(CONV)).then(Flatten.of(), Dense.of(3)));
    assertThat(network.entries())
        .extracting(e -> e.name() + " of " + e.inputs())
        .containsExactly(
            "conv2d of [0]",
            "conv2d_1 of [1]",
            "conv2d_2 of [2]",
            "add of [1, 3]",
            "conv2d_3 of [4]",
            "add_1 of [4, 5]",
            "flatten of [6]",
            "dense of [7]");
    assertThat(network.input()).isEqualTo(input.shape());
    assertThat(network.output()).isEqualTo(Shape.flat(3));
    assertThat(network.summary()).contains("add (Add)", "conv2d, conv2d_2", "Connected to");
  }

  @Test
  void whatLeadsNowhereIsLeftOut() {
    Node x = input.then(CONV);
    assertThat(x.then(CONV).shape()).isEqualTo(x.shape());
    assertThat(Network.of(x.then(Flatten.of())).layerNames()).containsExactly("conv2d", "flatten");
  }

  @Test
  void functionsMoveIntoTheLayerInFront() {
    Node normalised = input.then(CONV, BatchNormalization.of());
    Network row = Network.of(normalised.then(Activation.relu(), MaxPooling2D.of(2, 2)));
    assertThat(row.fused().entries())
        .extracting(e -> e.name() + " of " + e.inputs())
        .containsExactly("conv2d of [0]", "batch_normalization of [1]", "max_pooling2d of [2]");
    assertThat(row.fused().entries().get(1).operation()).isEqualTo(BatchNormalization.of().relu());
  }

  @Test
  void functionsStayWhereTheyCannotMove() {
    Node x = input.then(CONV);
    Network twoTakers = Network.of(Add.of(x, x.then(Activation.relu())));
    assertThat(twoTakers.fused().layerNames()).isEqualTo(twoTakers.layerNames());
    Network twice = Network.of(input.then(CONV.relu(), Activation.tanh()));
    assertThat(twice.fused().layerNames()).isEqualTo(twice.layerNames());
    Network alone = Network.of(input.then(Activation.relu(), CONV));
    assertThat(alone.fused().layerNames()).isEqualTo(alone.layerNames());
  }

  @Test
  void deepNetworksDoNotOverflowTheStack() {
    Node x = input;
    for (int i = 0; i < 3_000; i++) {
      x = x.then(Dropout.of(0.1));
    }
    assertThat(Network.of(x).layerNames()).hasSize(3_000).endsWith("dropout_2999");
  }

  @Test
  void misfitsNameLayerAndShapes() {
    Node x = input.then(CONV);
    Node half = x.then(MaxPooling2D.of(2, 2));
    refused(
        () -> Add.of(x, half),
        "layer 3 (add), which gets (4, 4, 2) and (2, 2, 2): add expects inputs of one shape");
    refused(() -> Add.of(x), "add expects at least 2 inputs, but gets 1");
    refused(() -> Add.of(x, x).then(Dense.of(3)), "layer 3 (dense), which gets (4, 4, 2)");
    refused(() -> Network.of(input), "at least one layer");
    refused(() -> Network.of(Add.of(x, Node.input(input.shape()))), "one input", "has 2");
  }

  @Test
  void namesOfLayersToFreezeAreChecked() {
    Network network = Network.of(input.then(CONV, Flatten.of(), Dense.of(3)));
    refused(
        () -> network.frozen("conv2d", "conv"),
        "there is no layer conv; there are [conv2d, flatten, dense]");
    Network frozen = network.frozen("conv2d").frozen(name -> name.startsWith("flat"));
    assertThat(frozen.entries())
        .extracting(Network.Entry::frozen)
        .containsExactly(true, true, false);
    assertThat(network.entries()).extracting(Network.Entry::frozen).containsOnly(false);
    assertThat(frozen.summary())
        .contains("Total params: 137", "Trainable params: 99", "Non-trainable params: 38");
  }

  private static void refused(Runnable body, String... parts) {
    assertThatThrownBy(body::run).isInstanceOf(SpecException.class).hasMessageContainingAll(parts);
  }
}
