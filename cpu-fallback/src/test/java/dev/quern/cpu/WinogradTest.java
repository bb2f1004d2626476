package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.ComputeException;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Conv2dBuilder;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Layout;
import dev.quern.kernels.Pass;
import dev.quern.kernels.Sums;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Winograd's convolutions against plain ones in double. */
final class WinogradTest {
  private static final long SEED = 20261121;

  /** What {@link Sums} promises, as a share of the largest output. */
  private static final double PROMISED = 5e-5;

  @AfterEach
  void chooseFreelyAgain() {
    System.clearProperty(ConvAlgorithm.PROPERTY);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void theMatricesConvolve(int outputs) {
    Winograd algorithm = outputs == 2 ? Winograd.F2 : Winograd.F4;
    double[] x = new Random(SEED).doubles(algorithm.size(), -1, 1).toArray();
    double[] w = new Random(SEED + 1).doubles(3, -1, 1).toArray();
    double[] values = times(algorithm.input(), x);
    double[] taps = times(algorithm.filter(), w);
    for (int i = 0; i < values.length; i++) {
      values[i] *= taps[i];
    }

    double[] y = times(algorithm.output(), values);

    for (int i = 0; i < outputs; i++) {
      double plain = x[i] * w[0] + x[i + 1] * w[1] + x[i + 2] * w[2];
      assertThat(y[i]).isCloseTo(plain, Offset.offset(1e-6));
    }
  }

  private static double[] times(Coefficients matrix, double[] line) {
    double[] result = new double[matrix.outputs()];
    for (int i = 0; i < result.length; i++) {
      for (int j = 0; j < line.length; j++) {
        result[i] += matrix.at(i, j) * line[j];
      }
    }
    return result;
  }

  @ParameterizedTest
  @CsvSource({"winograd2, NHWC", "winograd4, NHWC", "winograd2, NCHW", "winograd4, NCHW"})
  void everyPassIsWithinTheBound(String algorithm, Layout layout) {
    System.setProperty(ConvAlgorithm.PROPERTY, algorithm);
    for (Conv2dBuilder builder : problems()) {
      Conv2d.Spec spec = builder.layout(layout).build();
      DrawnConvolution passes = new DrawnConvolution(spec, 2);
      assertThat(passes.implementation).as(spec.describe()).contains(algorithm);
      passes.requireWithin(PROMISED);
    }
  }

  /** Sizes that patches do not divide, padding of all kinds, more patches than fit a slab. */
  private static List<Conv2dBuilder> problems() {
    return List.of(
        conv(2, 32, 13, 13, 64).epilogue(Epilogue.BIAS_RELU),
        conv(1, 16, 3, 3, 16),
        conv(3, 16, 7, 10, 32).padding(1, 1, 1, 1).epilogue(Epilogue.BIAS),
        conv(2, 48, 9, 6, 16).padding(2, 0, 1, 3).epilogue(Epilogue.RELU),
        conv(2, 16, 5, 5, 16).padding(4, 3, 2, 4),
        conv(5, 64, 16, 16, 64).padding(1, 1, 1, 1),
        conv(9, 128, 14, 14, 112).padding(1, 1, 1, 1));
  }

  private static Conv2dBuilder conv(int n, int c, int h, int w, int k) {
    return Conv2d.builder().input(n, c, h, w).filters(k, 3, 3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"winograd2", "winograd4"})
  void anyNumberOfThreadsGivesTheSameBits(String algorithm) {
    System.setProperty(ConvAlgorithm.PROPERTY, algorithm);
    Conv2d.Spec spec = conv(9, 128, 14, 14, 112).epilogue(Epilogue.BIAS_RELU).build();
    DrawnConvolution one = new DrawnConvolution(spec, 1);
    for (int threads : new int[] {2, 3, 8}) {
      DrawnConvolution several = new DrawnConvolution(spec, threads);
      assertThat(several.y).as("y, %d threads", threads).isEqualTo(one.y);
      assertThat(several.dx).as("dx, %d threads", threads).isEqualTo(one.dx);
      assertThat(several.dw).as("dw, %d threads", threads).isEqualTo(one.dw);
    }
  }

  @Test
  void theSpecSaysHowFarItMayGo() {
    Conv2d.Spec exact = conv(32, 64, 56, 56, 64).padding(1, 1, 1, 1).sums(Sums.EXACT).build();
    Conv2d.Spec free = conv(32, 64, 56, 56, 64).padding(1, 1, 1, 1).build();
    Conv2d.Spec last = conv(32, 64, 56, 56, 64).padding(1, 1, 1, 1).sums(Sums.INFERENCE).build();

    assertThat(ConvAlgorithm.of(free, Pass.FORWARD)).isEqualTo(ConvAlgorithm.WINOGRAD2);
    assertThat(ConvAlgorithm.of(free, Pass.BACKWARD_DATA)).isEqualTo(ConvAlgorithm.WINOGRAD4);
    assertThat(ConvAlgorithm.of(exact, Pass.BACKWARD_DATA)).isEqualTo(ConvAlgorithm.DIRECT);
    assertThat(ConvAlgorithm.of(last, Pass.FORWARD)).isEqualTo(ConvAlgorithm.WINOGRAD4);
    System.setProperty(ConvAlgorithm.PROPERTY, "winograd4");
    assertThat(ConvAlgorithm.of(exact, Pass.FORWARD)).isEqualTo(ConvAlgorithm.DIRECT);
  }

  /** A ReLU behind the convolution would take rests of rounding for outputs. */
  @Test
  void windowsOfZerosGiveZeros() {
    System.setProperty(ConvAlgorithm.PROPERTY, "winograd2");
    Conv2d.Spec spec = conv(4, 16, 12, 12, 16).build();
    DrawnConvolution passes =
        new DrawnConvolution(spec, 2, operands -> stripes(operands.getFirst()));

    int zeros = 0;
    for (int pixel = 0; pixel < passes.y.length / spec.k(); pixel++) {
      int column = pixel % spec.q();
      if (column % 6 == 2 || column % 6 == 3) { // the windows that see no stripe
        zeros++;
        for (int k = 0; k < spec.k(); k++) {
          assertThat(passes.y[pixel * spec.k() + k]).as("pixel %d, filter %d", pixel, k).isZero();
        }
      }
    }
    assertThat(zeros).isEqualTo(4 * 10 * 4);
  }

  /** Leaves of 12 columns the first two of every six. */
  private static void stripes(float[] input) {
    for (int i = 0; i < input.length; i++) {
      input[i] *= i / 16 % 12 % 6 < 2 ? 1 : 0;
    }
  }

  @Test
  void otherWindowsAreConvolvedDirectly() {
    System.setProperty(ConvAlgorithm.PROPERTY, "winograd4");
    for (Conv2dBuilder builder :
        List.of(
            conv(1, 16, 9, 9, 16).stride(2, 2),
            conv(1, 16, 9, 9, 16).dilation(1, 2),
            conv(1, 16, 9, 9, 16).groups(2),
            conv(1, 15, 9, 9, 16),
            conv(1, 16, 9, 9, 10),
            conv(0, 16, 9, 9, 16),
            conv(1, 16, 9, 9, 16).filters(16, 5, 5))) {
      assertThat(ConvAlgorithm.of(builder.build(), Pass.FORWARD)).isEqualTo(ConvAlgorithm.DIRECT);
    }
  }

  @Test
  void anUnknownAlgorithmIsRefused() {
    System.setProperty(ConvAlgorithm.PROPERTY, "fft");

    assertThatThrownBy(() -> ConvAlgorithm.of(conv(1, 16, 9, 9, 16).build(), Pass.FORWARD))
        .isInstanceOf(ComputeException.class)
        .hasMessage(
            "quern.cpu.convolution must be one of direct, held, grouped, pointwise, winograd2,"
                + " winograd4, but is 'fft'");
  }
}
