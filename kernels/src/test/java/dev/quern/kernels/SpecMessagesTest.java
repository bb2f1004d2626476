package dev.quern.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.quern.core.DataType;
import dev.quern.core.SpecException;
import dev.quern.kernels.AveragePool2d.Divisor;
import dev.quern.kernels.SoftmaxCrossEntropy.Reduction;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A wrong problem is refused when it is described, with the rule and the numbers. */
class SpecMessagesTest {

  private static Conv2dBuilder conv() {
    return Conv2d.builder().input(1, 3, 5, 6).filters(4, 3, 3);
  }

  private static MaxPool2d.Builder pool() {
    return MaxPool2d.builder().input(1, 3, 5, 6);
  }

  private static AveragePool2dBuilder averagePool() {
    return AveragePool2d.builder().input(1, 3, 5, 6);
  }

  private static Adam.Spec adam(float beta1, float beta2, float epsilon, float decay) {
    return new Adam.Spec(1, beta1, beta2, epsilon, Adam.Form.KERAS, decay, Adam.Decay.L2);
  }

  private static Map<String, Supplier<OpSpec<?>>> products() {
    Map<String, Supplier<OpSpec<?>>> wrong = new TreeMap<>();
    wrong.put("gemm: m must be at least 0, but is -1", () -> Gemm.builder(-1, 2, 3).build());
    wrong.put("gemm: n must be at least 0, but is -2", () -> Gemm.builder(1, -2, 3).build());
    wrong.put("gemm: k must be at least 0, but is -3", () -> Gemm.builder(1, 2, -3).build());
    wrong.put(
        "gemm: lda (row length of A as stored) must be at least 3, but is 2",
        () -> Gemm.builder(5, 4, 3).leads(2, 4, 4).build());
    wrong.put(
        "gemm: lda (row length of A as stored) must be at least 5, but is 4",
        () -> Gemm.builder(5, 4, 3).transposed(true, false).leads(4, 4, 4).build());
    wrong.put(
        "gemm: ldb (row length of B as stored) must be at least 4, but is 3",
        () -> Gemm.builder(5, 4, 3).leads(3, 3, 4).build());
    wrong.put(
        "gemm: ldc (row length of C) must be at least 4, but is 3",
        () -> Gemm.builder(5, 4, 3).leads(3, 4, 3).build());
    wrong.put(
        "gemm: strideC must be at least 20, but is 19",
        () -> Gemm.builder(5, 4, 3).batch(2, 0, 0, 19).build());
    wrong.put(
        "gemm: batch must be at least 0, but is -1",
        () -> Gemm.builder(5, 4, 3).batch(-1, 0, 0, 0).build());
    return wrong;
  }

  private static Map<String, Supplier<OpSpec<?>>> images() {
    Map<String, Supplier<OpSpec<?>>> wrong = new TreeMap<>();
    wrong.put(
        "conv2d: the window spans a height of 7, but the input has 5 there, padding included"
            + " (size=5 padBefore=0 padAfter=0 window=7 dilation=1): take a smaller window"
            + " or more padding",
        () -> conv().filters(4, 7, 3).build());
    wrong.put(
        "conv2d: the window spans a width of 9, but the input has 8 there, padding included"
            + " (size=6 padBefore=1 padAfter=1 window=3 dilation=4): take a smaller window"
            + " or more padding",
        () -> conv().padding(0, 1, 0, 1).dilation(1, 4).stride(1, 2).build());
    wrong.put(
        "conv2d: groups must divide both c and k, but groups=2 c=3 k=4",
        () -> conv().groups(2).build());
    wrong.put("conv2d: c must be at least 1, but is 0", () -> conv().input(1, 0, 5, 5).build());
    wrong.put(
        "conv2d: stride along height must be at least 1, but is 0",
        () -> conv().stride(0, 1).build());
    wrong.put(
        "conv2d: padding before width must be at least 0, but is -1",
        () -> conv().padding(0, -1, 0, 0).build());
    wrong.put(
        "conv2d: dilation along width must be at least 1, but is 0",
        () -> conv().dilation(1, 0).build());
    wrong.put(
        "conv2d: one padded image must have fewer than 2^31 elements, but has 50000 x 50000 x 3",
        () -> conv().input(1, 3, 50_000, 50_000).build());
    wrong.put(
        "maxpool2d: the window spans a height of 6, but the input has 5 there, padding included"
            + " (size=5 padBefore=0 padAfter=0 window=6 dilation=1): take a smaller window"
            + " or more padding",
        () -> pool().window(6, 2).build());
    wrong.put(
        "maxpool2d: window width must be at least 1, but is 0", () -> pool().window(2, 0).build());
    wrong.put(
        "maxpool2d: n must be at least 0, but is -1", () -> pool().input(-1, 3, 5, 6).build());
    wrong.put(
        "avgpool2d: the window spans a width of 7, but the input has 6 there, padding included"
            + " (size=6 padBefore=0 padAfter=0 window=7 dilation=1): take a smaller window"
            + " or more padding",
        () -> averagePool().window(2, 7).build());
    wrong.put(
        "avgpool2d: c must be at least 1, but is 0", () -> averagePool().input(1, 0, 5, 6).build());
    wrong.put(
        "avgpool2d: one padded image must have fewer than 2^31 elements, but has 50000 x 50000 x 3",
        () -> averagePool().input(1, 3, 50_000, 50_000).build());
    return wrong;
  }

  private static Map<String, Supplier<OpSpec<?>>> others() {
    Map<String, Supplier<OpSpec<?>>> wrong = new TreeMap<>();
    wrong.put(
        "softmax-ce: classes must be at least 1, but is 0",
        () -> new SoftmaxCrossEntropy.Spec(3, 0, Reduction.MEAN));
    wrong.put("softmax: rows must be at least 0, but is -1", () -> new Softmax.Spec(-1, 3));
    wrong.put("add: count must be at least 0, but is -1", () -> new Add.Spec(-1));
    wrong.put("relu: count must be at least 0, but is -5", () -> new Relu.Spec(-5));
    wrong.put("bias-add: channels must be at least 1, but is 0", () -> new BiasAdd.Spec(3, 0));
    wrong.put("bias-add: inner must be at least 1, but is 0", () -> new BiasAdd.Spec(3, 1, 0));
    wrong.put("batch-norm: rows must be at least 0, but is -1", () -> new BatchNorm.Spec(-1, 3, 0));
    wrong.put(
        "batch-norm: channels must be at least 1, but is 0", () -> new BatchNorm.Spec(3, 0, 0));
    wrong.put(
        "batch-norm: batch must be at least 0, but is -1", () -> new BatchNorm.Spec(3, 1, -1));
    wrong.put(
        "batch-norm: batch must divide rows, but batch=4 rows=10",
        () -> new BatchNorm.Spec(10, 3, 4));
    wrong.put(
        "batch-norm: epsilon must be more than 0, but is 0.0",
        () -> new BatchNorm.Spec(3, 1, 0, 0.9f, false, 0, false));
    wrong.put(
        "batch-norm: momentum must be from 0 to 1, but is 1.5",
        () -> new BatchNorm.Spec(3, 1, 1e-3f, 1.5f, false, 0, false));
    wrong.put(
        "dropout: rate must be at least 0 and less than 1, but is 1.0",
        () -> new Dropout.Spec(3, 1, 0));
    wrong.put(
        "dropout: rate must be at least 0 and less than 1, but is NaN",
        () -> new Dropout.Spec(3, Float.NaN, 0));
    wrong.put(
        "augment: height must be from 1 to 4096, but is 4097",
        () -> Augment.builder().input(1, 4097, 1, 1).build());
    wrong.put(
        "augment: shiftWidth must be from 0.0 to 4.0, but is NaN",
        () -> image().shift(0, Float.NaN).build());
    wrong.put(
        "augment: rotation must be from 0.0 to 3.1415927, but is -0.1",
        () -> image().rotation(-0.1f).build());
    wrong.put(
        "augment: zoom must be at least 0 and less than 1, but is 1.0",
        () -> image().zoom(1).build());
    wrong.put(
        "augment: cutout must be from 0.0 to 1.0, but is 1.5", () -> image().cutout(1.5f).build());
    wrong.put(
        "augment: brightness must be from 0.0 to 3.4028235E38, but is Infinity",
        () -> image().brightness(Float.POSITIVE_INFINITY).build());
    wrong.put(
        "adam: beta1 must be at least 0 and less than 1, but is 1.0",
        () -> adam(1, 0.9f, 1e-7f, 0));
    wrong.put(
        "adam: beta2 must be at least 0 and less than 1, but is -0.5",
        () -> adam(0.9f, -0.5f, 1e-7f, 0));
    wrong.put("adam: epsilon must be more than 0, but is 0.0", () -> adam(0.9f, 0.9f, 0, 0));
    wrong.put(
        "adam: weightDecay must be 0 or more, but is -1.0", () -> adam(0.9f, 0.9f, 1e-7f, -1));
    wrong.put(
        "sgd: momentum must be at least 0 and less than 1, but is 1.5",
        () -> new Sgd.Spec(1, 1.5f, false, 0));
    wrong.put(
        "sgd: weightDecay must be 0 or more, but is -0.1",
        () -> new Sgd.Spec(1, 0.9f, false, -0.1f));
    wrong.put(
        "activation: alpha of leaky-relu must be finite and more than 0, but is 0.0",
        () -> new Activation.Spec(Activation.Kind.LEAKY_RELU, 3));
    wrong.put(
        "activation: alpha of elu must be finite and more than 0, but is Infinity",
        () -> new Activation.Spec(Activation.Kind.ELU, 3, Float.POSITIVE_INFINITY));
    wrong.put(
        "activation: gelu has no alpha, which must be 0, but is 0.5",
        () -> new Activation.Spec(Activation.Kind.GELU, 3, 0.5f));
    wrong.put(
        "dense-loss: outputs must be at least 1, but is 0",
        () -> new DenseLoss.Spec(DenseLoss.Kind.MEAN_SQUARED_ERROR, 3, 0));
    wrong.put(
        "rmsprop: rho must be at least 0 and less than 1, but is 1.0",
        () -> new RmsProp.Spec(1, 1, 0, 1e-7f));
    wrong.put(
        "rmsprop: momentum must be at least 0 and less than 1, but is -0.5",
        () -> new RmsProp.Spec(1, 0.9f, -0.5f, 1e-7f));
    wrong.put(
        "rmsprop: epsilon must be more than 0, but is 0.0", () -> new RmsProp.Spec(1, 0.9f, 0, 0));
    wrong.put(
        "clip-norm: limit must be finite and at least 1.0E-10, but is 0.0",
        () -> new ClipNorm.Spec(1, 0));
    wrong.put(
        "clip-value: least must not be above most, but least=1.0 most=-1.0",
        () -> new ClipValue.Spec(1, 1, -1));
    wrong.put(
        "gather-batch: type must be UINT8 or FLOAT32, but is INT32",
        () -> new GatherBatch.Spec(DataType.INT32, 1, 1, 1, 1, 1, 0));
    wrong.put(
        "gather-batch: elements must be at least 1, but is 0",
        () -> new GatherBatch.Spec(DataType.UINT8, 1, 0, 1, 1, 1, 0));
    return wrong;
  }

  private static AugmentBuilder image() {
    return Augment.builder().input(1, 5, 5, 1);
  }

  @TestFactory
  Stream<DynamicTest> wrongProblems() {
    return Stream.of(products(), images(), others())
        .flatMap(wrong -> wrong.entrySet().stream())
        .map(
            entry ->
                dynamicTest(
                    entry.getKey(),
                    () ->
                        assertThatThrownBy(() -> entry.getValue().get())
                            .isInstanceOf(SpecException.class)
                            .hasMessage(entry.getKey())));
  }

  @Test
  void extentsFollowTheFormula() {
    Conv2d.Spec conv = conv().stride(2, 1).padding(1, 0, 2, 3).dilation(2, 1).groups(1).build();
    assertThat(conv.p()).isEqualTo((5 + 1 + 2 - 5) / 2 + 1);
    assertThat(conv.q()).isEqualTo(6 + 0 + 3 - 3 + 1);
    assertThat(pool().window(2, 2).build().p()).isEqualTo(2);
    assertThat(pool().window(2, 2).ceilMode(true).build().p()).isEqualTo(3);
  }

  /** PyTorch's rule: a window that begins in the padding behind the image does not count. */
  @Test
  void ceilModeDropsWindowsThatBeginBehindTheImage() {
    MaxPool2d.Spec spec =
        MaxPool2d.builder()
            .input(1, 1, 3, 3)
            .window(2, 2)
            .stride(4, 3)
            .padding(0, 0, 1, 1)
            .ceilMode(true)
            .build();
    assertThat(spec.p()).isEqualTo(1);
    assertThat(spec.q()).isEqualTo(1);
  }

  /** The same rule where nothing is rounded: 3 + 3 - 2 is a multiple of the stride. */
  @Test
  void ceilModeDropsThemEvenWhenTheyFit() {
    MaxPool2d.Builder builder =
        MaxPool2d.builder().input(1, 1, 3, 3).window(2, 2).stride(2, 2).padding(0, 0, 3, 3);
    assertThat(builder.build().p()).isEqualTo(3);
    assertThat(builder.ceilMode(true).build().p()).isEqualTo(2);
  }

  @Test
  void divisorsCountTheTapsThatTheySay() {
    // Windows of 3 that begin at -2, 0, 2 and 4; the padded end is at 6.
    AveragePool2dBuilder builder =
        averagePool()
            .input(1, 1, 1, 5)
            .window(1, 3)
            .stride(1, 2)
            .padding(0, 2, 0, 1)
            .ceilMode(true);
    assertThat(divisors(builder, Divisor.INSIDE)).containsExactly(1, 3, 3, 1);
    assertThat(divisors(builder, Divisor.WINDOW)).containsExactly(3, 3, 3, 2);
    assertThat(divisors(builder, Divisor.SUM)).containsExactly(1, 1, 1, 1);
  }

  private static int[] divisors(AveragePool2dBuilder builder, Divisor divisor) {
    AveragePool2d.Spec spec = builder.divisor(divisor).build();
    return IntStream.range(0, spec.q()).map(spec::divisorW).toArray();
  }

  @Test
  void descriptionsNameWhatIsSpecial() {
    assertThat(conv().build().describe()).isEqualTo("conv2d/mb1ic3ih5iw6oc4oh3ow4kh3");
    assertThat(
            conv().layout(Layout.NCHW).stride(2, 2).epilogue(Epilogue.BIAS_RELU).build().describe())
        .isEqualTo("conv2d/nchwmb1ic3ih5iw6oc4oh2kh3sh2+BIAS_RELU");
    assertThat(averagePool().padding(1, 1, 1, 1).divisor(Divisor.WINDOW).build().describe())
        .isEqualTo("avgpool2d/mb1ic3ih5iw6kh2sh2ph1window");
    assertThat(Gemm.builder(2, 3, 4).batch(5, 8, 0, 6).scale(2, 1).build().describe())
        .isEqualTo("gemm/NNm2n3k4batch5s8_0_6alpha2.0beta1.0");
  }
}
