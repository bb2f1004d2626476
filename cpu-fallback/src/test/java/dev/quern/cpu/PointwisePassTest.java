package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Conv2dBuilder;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Layout;
import dev.quern.kernels.Pass;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Convolutions of one tap as packed products, against plain ones in double. */
final class PointwisePassTest {
  /** What sums of some hundreds of numbers in float32 stay within, as a share of the largest. */
  private static final double BOUND = 2e-6;

  @AfterEach
  void chooseFreelyAgain() {
    System.clearProperty(ConvAlgorithm.PROPERTY);
  }

  @ParameterizedTest
  @EnumSource
  void everyPassIsRight(Layout layout) {
    System.setProperty(ConvAlgorithm.PROPERTY, "pointwise");
    for (Conv2dBuilder builder :
        List.of(
            conv(3, 70, 9, 8, 50).epilogue(Epilogue.BIAS_RELU),
            conv(1, 1, 1, 1, 1),
            conv(2, 16, 5, 5, 300).epilogue(Epilogue.BIAS),
            conv(1, 300, 7, 4, 10).dilation(2, 3).epilogue(Epilogue.RELU))) {
      Conv2d.Spec spec = builder.layout(layout).build();
      DrawnConvolution passes = new DrawnConvolution(spec, 2);
      assertThat(passes.implementation).contains("pointwise").doesNotContain("indirect");
      passes.requireWithin(BOUND);
    }
  }

  /** Of itself where filters are large and pixels few: the gradient by the filters. */
  @Test
  void anyNumberOfThreadsGivesTheSameBits() {
    Conv2d.Spec spec = conv(2, 1024, 5, 4, 512).build();
    DrawnConvolution one = new DrawnConvolution(spec, 1);
    assertThat(one.implementation).contains("indirect", "pointwise");
    one.requireWithin(BOUND);
    for (int threads : new int[] {2, 3, 8}) {
      assertThat(new DrawnConvolution(spec, threads).dw).isEqualTo(one.dw);
    }
  }

  @Test
  void itIsChosenForLargeFiltersAndFewPixels() {
    ConvAlgorithm taken =
        ConvAlgorithm.of(conv(8, 1024, 14, 14, 512).build(), Pass.BACKWARD_FILTER);
    assertThat(taken).isEqualTo(ConvAlgorithm.POINTWISE);
    for (Conv2dBuilder builder :
        List.of(
            conv(8, 512, 14, 14, 512),
            conv(16, 1024, 14, 14, 512),
            conv(8, 1024, 14, 14, 512).stride(2, 2),
            conv(8, 1024, 14, 14, 512).padding(0, 0, 0, 1),
            conv(8, 1024, 14, 14, 1024).groups(2),
            conv(0, 1024, 14, 14, 512))) {
      assertThat(ConvAlgorithm.of(builder.build(), Pass.BACKWARD_FILTER))
          .isEqualTo(ConvAlgorithm.DIRECT);
    }
    assertThat(ConvAlgorithm.of(conv(8, 1024, 14, 14, 512).build(), Pass.FORWARD))
        .isEqualTo(ConvAlgorithm.DIRECT);
  }

  @Test
  void batchesOfMoreElementsThanAnIntCountsAreLeftToOthers() {
    System.setProperty(ConvAlgorithm.PROPERTY, "pointwise");
    assertThat(ConvAlgorithm.of(conv(60_000, 32, 32, 32, 8).build(), Pass.FORWARD))
        .isEqualTo(ConvAlgorithm.POINTWISE);
    assertThat(ConvAlgorithm.of(conv(70_000, 32, 32, 32, 8).build(), Pass.FORWARD))
        .isEqualTo(ConvAlgorithm.DIRECT);
  }

  private static Conv2dBuilder conv(int n, int c, int h, int w, int k) {
    return Conv2d.builder().input(n, c, h, w).filters(k, 1, 1);
  }
}
