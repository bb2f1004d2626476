package dev.quern.examples.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class OnnxReaderTest {
  private static final long SEED = 20250102;

  @Test
  void readsRawPackedAndSingleValues() {
    ProtoWriter single =
        new ProtoWriter().integer(1, 2).integer(2, 1).number(4, 1.5f).number(4, -2);

    assertThat(tensor(single).values()).containsExactly(1.5, -2);
    assertThat(tensor(OnnxFiles.floats(new int[] {2, 1}, 3, 4)).values()).containsExactly(3, 4);
    assertThat(tensor(OnnxFiles.longs(new int[] {2}, -1, 5)).values()).containsExactly(-1, 5);
    assertThat(tensor(OnnxFiles.longs(new int[0], 9)).shape()).isEmpty();
    ProtoWriter packedDims = new ProtoWriter().packed(1, 0, 7).integer(2, 1);
    assertThat(tensor(packedDims).shape()).containsExactly(0, 7);
  }

  @Test
  void readsModels() {
    OnnxModel model =
        OnnxReader.model(
            "m",
            OnnxFiles.model(
                12, 1, 1, OnnxFiles.node("Softmax", 1, 1, OnnxFiles.integer("axis", -1))));

    assertThat(model.opset()).isEqualTo(12);
    assertThat(model.inputs()).containsExactly("x0");
    assertThat(model.outputs()).containsExactly("y0");
    OnnxNode node = model.nodes().getFirst();
    assertThat(node.type()).isEqualTo("Softmax");
    assertThat(node.integer("axis", 5)).isEqualTo(-1);
    assertThat(node.integer("other", 5)).isEqualTo(5);
  }

  @Test
  void saysWhatIsWrong() {
    assertThatThrownBy(() -> tensor(OnnxFiles.floats(new int[] {3}, 1, 2)))
        .isInstanceOf(CheckException.class)
        .hasMessageContaining("2 values where its dims say 3");
    assertThatThrownBy(() -> tensor(new ProtoWriter().integer(1, -4).integer(2, 1)))
        .hasMessageContaining("-4");
    assertThatThrownBy(() -> tensor(new ProtoWriter().integer(2, 99)))
        .hasMessageContaining("type 99");
    byte[] short9 = {9 << 3 | 2, 100, 0};
    assertThatThrownBy(() -> OnnxReader.tensor("t", short9)).hasMessageContaining("100 bytes");
    assertThatThrownBy(() -> OnnxReader.model("m", new byte[0])).hasMessageContaining("no graph");
  }

  @Test
  void survivesDamagedTensors() {
    byte[] raw = OnnxFiles.floats(new int[] {2, 3}, 1, 2, 3, 4, 5, 6).text(8, "x").toByteArray();
    byte[] packed = OnnxFiles.longs(new int[] {3}, 1, -2, 3_000_000_000L).toByteArray();

    Mutations.tryAll(raw, SEED, 20_000, bytes -> OnnxReader.tensor("t", bytes));
    Mutations.tryAll(packed, SEED, 20_000, bytes -> OnnxReader.tensor("t", bytes));
  }

  @Test
  void survivesDamagedModels() {
    byte[] model =
        OnnxFiles.model(
            22,
            3,
            1,
            OnnxFiles.node(
                "Conv",
                3,
                1,
                OnnxFiles.integers("pads", 1, 2, 3, 4),
                OnnxFiles.text("auto_pad", "NOTSET"),
                OnnxFiles.number("alpha", 1)));

    Mutations.tryAll(model, SEED, 20_000, bytes -> OnnxReader.model("m", bytes));
  }

  private static Tensor tensor(ProtoWriter message) {
    return OnnxReader.tensor("t", message.toByteArray());
  }
}
