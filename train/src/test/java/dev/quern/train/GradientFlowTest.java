package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.train.layers.Add;
import dev.quern.train.layers.BatchNormalization;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.Dropout;
import dev.quern.train.layers.Flatten;
import org.junit.jupiter.api.Test;

/** How much memory and work gradients take: as little as can be. */
class GradientFlowTest {
  private static final Conv2D CONV = Conv2D.of(2, 3, 3).samePadding();

  private final Node x = Node.input(new Shape(4, 4, 2)).then(CONV);

  private static GradientFlow flow(Node node) {
    return GradientFlow.of(Network.of(node));
  }

  private static int sums(GradientFlow flow, int entries) {
    int sums = 0;
    for (int i = 0; i < entries; i++) {
      sums += flow.sums(i).size();
    }
    return sums;
  }

  @Test
  void aRowOfLayersHasOneBufferEach() {
    GradientFlow flow = flow(x.then(CONV.relu(), Flatten.of(), Dense.of(3)));
    assertThat(flow.slots()).containsExactly(3, 32, 32);
    assertThat(flow.slot(0)).isEqualTo(GradientFlow.NONE);
    assertThat(flow.slot(2)).as("flatten shares its memory").isEqualTo(flow.slot(3));
    assertThat(sums(flow, 4)).isZero();
  }

  @Test
  void anEvaluationHasNone() {
    GradientFlow flow = GradientFlow.none(Network.of(x.then(CONV)));
    assertThat(flow.slots()).isEmpty();
    assertThat(flow.slot(2)).isEqualTo(GradientFlow.NONE);
  }

  /** The sum's own, read by the block's end; that between the two; that of x, where both meet. */
  @Test
  void aResidualBlockCopiesNothingAndAddsOnce() {
    GradientFlow flow = flow(Add.of(x, x.then(CONV, CONV)));
    assertThat(flow.slots()).hasSize(3);
    assertThat(flow.slot(3)).isEqualTo(flow.slot(4));
    assertThat(flow.copy(2)).isEqualTo(GradientFlow.NONE);
    assertThat(sums(flow, 4)).isEqualTo(1);
  }

  @Test
  void whatSeveralReadIsCopiedForALayerThatChangesIt() {
    GradientFlow flow = flow(Add.of(x.then(CONV), x.then(CONV.relu())));
    assertThat(flow.copy(1)).as("linear").isEqualTo(GradientFlow.NONE);
    assertThat(flow.copy(2)).as("ReLU").isNotEqualTo(GradientFlow.NONE);
    assertThat(flow.slot(2)).isEqualTo(flow.slot(3)).isEqualTo(flow.slot(4));
  }

  @Test
  void anOnlyHeirMayChangeWhatItGets() {
    Node shortcut = Node.input(new Shape(4, 4, 2));
    GradientFlow flow = flow(Add.of(shortcut, shortcut.then(CONV.relu())));
    assertThat(flow.copy(0)).isEqualTo(GradientFlow.NONE);
    assertThat(flow.slots()).hasSize(1);
  }

  @Test
  void aLayerThatCanWritesOverTheGradientItGot() {
    GradientFlow flow = flow(x.then(BatchNormalization.of(), Dropout.of(0.5)));
    assertThat(flow.slots()).hasSize(1);
    assertThat(flow.written(1, 0)).isEqualTo(flow.slot(2)).isEqualTo(flow.slot(1));
  }

  @Test
  void whatSeveralReadIsNotWrittenOver() {
    GradientFlow flow = flow(Add.of(x.then(CONV), x.then(Dropout.of(0.5))));
    assertThat(flow.written(2, 0)).isNotEqualTo(flow.slot(3));
  }

  @Test
  void manyTakersShareOneSpareBuffer() {
    GradientFlow flow = flow(Add.of(x.then(CONV), x.then(CONV), x.then(CONV), x.then(CONV)));
    assertThat(flow.slots()).as("the sum's, that of x, the spare one").hasSize(3);
    assertThat(sums(flow, 6)).isEqualTo(3);
  }

  @Test
  void nothingGoesBackBeyondTheFirstTrainedLayer() {
    Network network =
        Network.of(x.then(CONV.relu(), Flatten.of(), Dense.of(4).relu(), Dense.of(3)));
    GradientFlow flow = GradientFlow.of(network.frozen("conv2d", "conv2d_1"));
    assertThat(flow.slots()).containsExactly(3, 4);
    assertThat(flow.slot(3)).isEqualTo(GradientFlow.NONE);
    assertThat(flow.written(3, 0)).isEqualTo(GradientFlow.NONE);
  }

  @Test
  void gradientsGoThroughAFrozenLayerToATrainedOne() {
    Network network = Network.of(x.then(CONV.relu(), Flatten.of(), Dense.of(3)));
    GradientFlow flow = GradientFlow.of(network.frozen("conv2d_1", "dense"));
    assertThat(flow.slots()).hasSize(3);
    assertThat(flow.written(1, 0)).isEqualTo(flow.slot(1)).isNotEqualTo(GradientFlow.NONE);
  }

  @Test
  void withNothingToTrainThereAreNone() {
    assertThat(GradientFlow.of(Network.of(x).frozen("conv2d")).slots()).isEmpty();
  }
}
