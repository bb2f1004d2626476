package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.kernels.Precision;
import dev.quern.train.layers.Add;
import dev.quern.train.layers.BatchNormalization;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.Flatten;
import dev.quern.train.layers.MaxPooling2D;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which layers run in slices, and what is kept of their values. */
class BatchSlicesTest {
  /** Bytes of a row of 16 x 16 pixels and 4 channels, with its gradient. */
  private static final long ROW = 2 * 16 * 16 * 4 * Float.BYTES;

  private static final Conv2D CONV = Conv2D.of(4, 3, 3).samePadding();

  private final Node x = Node.input(new Shape(16, 16, 4));

  private static BatchSlices slices(Node node, int batch, boolean training, long bytes) {
    Network network = Network.of(node);
    GradientFlow flow = training ? GradientFlow.of(network) : GradientFlow.none(network);
    Loss loss = Loss.SPARSE_CATEGORICAL_CROSSENTROPY;
    return BatchSlices.of(
        network, flow, new Plan.Settings(batch, training, Precision.FP32, 1, loss, bytes));
  }

  private static List<Integer> ends(BatchSlices slices) {
    return slices.stretches().stream().map(BatchSlices.Stretch::end).toList();
  }

  private static List<Integer> rows(BatchSlices slices, int stretch) {
    return slices.stretches().get(stretch).slices().stream().map(Slice::rows).toList();
  }

  @Test
  void layersInARowShareSlicesOfNearlyEqualSize() {
    Node node = x.then(CONV.relu(), MaxPooling2D.of(2, 2), Flatten.of(), Dense.of(3));
    BatchSlices slices = slices(node, 50, true, 20 * ROW * 5 / 4);
    assertThat(ends(slices)).containsExactly(2, 3, 4);
    assertThat(slices.stretches().get(0).slices())
        .containsExactly(new Slice(0, 16), new Slice(16, 17), new Slice(33, 17));
    assertThat(rows(slices, 1)).containsExactly(50);
  }

  /** A pooling needs no input to go back, and its gradient is used up at once. */
  @Test
  void whatOnlyTheNextLayerReadsIsKeptForOneSlice() {
    BatchSlices slices = slices(x.then(CONV.relu(), MaxPooling2D.of(2, 2)), 48, true, 20 * ROW);
    assertThat(slices.rowsOfValue(1)).isEqualTo(16);
    assertThat(slices.rowsOfValue(2)).isEqualTo(48);
    assertThat(slices.rowsOfSlot(1)).as("between the two").isEqualTo(16);
    assertThat(slices.rowsOfSlot(0)).as("behind both").isEqualTo(48);
  }

  @Test
  void whatTheWayBackReadsIsKept() {
    BatchSlices training = slices(x.then(CONV.relu(), CONV.relu()), 48, true, 32 * ROW);
    assertThat(training.rowsOfValue(1)).isEqualTo(48);
    assertThat(training.rowsOfSlot(1)).isEqualTo(16);
    BatchSlices evaluation = slices(x.then(CONV.relu(), CONV.relu()), 48, false, 16 * ROW);
    assertThat(evaluation.rowsOfValue(1)).isEqualTo(16);
  }

  @Test
  void aBatchThatFitsIsNotCutNorOneWhoseRowsAreTooLarge() {
    Node node = x.then(CONV, CONV);
    assertThat(rows(slices(node, 48, true, 96 * ROW), 0)).containsExactly(48);
    assertThat(rows(slices(node, 48, true, 96 * ROW - 1), 0)).containsExactly(24, 24);
    assertThat(rows(slices(node, 48, true, 31 * ROW), 0)).containsExactly(48);
    assertThat(rows(slices(node, 48, true, 0), 0)).containsExactly(48);
  }

  @Test
  void rowsThatDependOnEachOtherEndAStretch() {
    Node node = x.then(CONV, CONV, BatchNormalization.of(), CONV, CONV);
    assertThat(ends(slices(node, 64, true, 40 * ROW))).containsExactly(2, 3, 5);
  }

  @Test
  void aValueThatSeveralTakeEndsAStretch() {
    Node first = x.then(CONV, CONV);
    Node node = Add.of(first, first.then(CONV, CONV));
    assertThat(ends(slices(node, 64, true, 40 * ROW))).containsExactly(2, 4, 5);
  }

  @Test
  void aLayerWithManyWeightsRunsOnce() {
    Node node = x.then(CONV, MaxPooling2D.of(8, 8), Conv2D.of(512, 2, 2));
    assertThat(ends(slices(node, 64, true, 40 * ROW))).containsExactly(2, 3);
  }
}
