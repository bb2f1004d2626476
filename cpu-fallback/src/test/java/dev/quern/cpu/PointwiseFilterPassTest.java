package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Conv2dBuilder;
import dev.quern.kernels.Layout;
import dev.quern.kernels.Pass;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Gradients by filters of one tap, packed, against plain ones in double. */
final class PointwiseFilterPassTest {
  /** What sums of some hundreds of numbers in float32 stay within, as a share of the largest. */
  private static final double BOUND = 2e-6;

  @AfterEach
  void chooseFreelyAgain() {
    System.clearProperty(ConvAlgorithm.PROPERTY);
  }

  /** Pieces of several images, of one and of parts of one; several rounds; any lanes. */
  @ParameterizedTest
  @EnumSource
  void gradientsAreRight(Layout layout) {
    System.setProperty(ConvAlgorithm.PROPERTY, "pointwise");
    for (Conv2dBuilder builder :
        List.of(
            conv(3, 70, 9, 8, 50),
            conv(1, 1, 1, 1, 1),
            conv(2, 16, 5, 5, 300),
            conv(1, 300, 7, 4, 10).dilation(2, 3),
            conv(7, 20, 12, 11, 30),
            conv(3, 130, 25, 21, 200).stride(2, 3),
            conv(2, 9, 47, 31, 100),
            conv(9, 600, 14, 14, 400),
            conv(19, 700, 9, 9, 520).stride(2, 2))) {
      Conv2d.Spec spec = builder.layout(layout).build();
      DrawnConvolution passes = new DrawnConvolution(spec, 2);
      assertThat(passes.implementation).contains("pointwise");
      passes.requireWithin(BOUND);
    }
  }

  @Test
  void anyNumberOfThreadsGivesTheSameBits() {
    for (Conv2dBuilder builder :
        List.of(conv(2, 1024, 5, 4, 512), conv(5, 1024, 21, 21, 512).stride(2, 2))) {
      Conv2d.Spec spec = builder.build();
      DrawnConvolution one = new DrawnConvolution(spec, 1);
      assertThat(one.implementation).contains("indirect", "pointwise");
      one.requireWithin(BOUND);
      for (int threads : new int[] {2, 3, 8}) {
        assertThat(new DrawnConvolution(spec, threads).dw).isEqualTo(one.dw);
      }
    }
  }

  @Test
  void itIsChosenForWhatCachesDoNotHold() {
    for (Conv2dBuilder builder :
        List.of(
            conv(8, 1024, 14, 14, 512),
            conv(8, 64, 56, 56, 256),
            conv(8, 256, 56, 56, 64),
            conv(8, 512, 28, 28, 1024).stride(2, 2))) {
      Conv2d.Spec spec = builder.build();
      assertThat(ConvAlgorithm.of(spec, Pass.BACKWARD_FILTER)).isEqualTo(ConvAlgorithm.POINTWISE);
      assertThat(ConvAlgorithm.of(spec, Pass.FORWARD)).isEqualTo(ConvAlgorithm.DIRECT);
      assertThat(ConvAlgorithm.of(spec, Pass.BACKWARD_DATA)).isEqualTo(ConvAlgorithm.DIRECT);
    }
    for (Conv2dBuilder builder :
        List.of(
            conv(8, 64, 56, 56, 64),
            conv(8, 256, 7, 7, 256),
            conv(8, 1024, 14, 14, 512).padding(0, 0, 0, 1),
            conv(8, 1024, 14, 14, 1024).groups(2),
            conv(0, 1024, 14, 14, 512))) {
      assertThat(ConvAlgorithm.of(builder.build(), Pass.BACKWARD_FILTER))
          .isEqualTo(ConvAlgorithm.DIRECT);
    }
  }

  @Test
  void imagesOfMoreElementsThanAnIntCountsAreLeftToOthers() {
    System.setProperty(ConvAlgorithm.PROPERTY, "pointwise");
    assertThat(ConvAlgorithm.of(conv(60_000, 32, 32, 32, 8).build(), Pass.BACKWARD_FILTER))
        .isEqualTo(ConvAlgorithm.POINTWISE);
    Conv2dBuilder few = conv(500, 32, 2048, 2048, 8).stride(1024, 1024);
    assertThat(ConvAlgorithm.of(few.build(), Pass.BACKWARD_FILTER)).isEqualTo(ConvAlgorithm.DIRECT);
  }

  private static Conv2dBuilder conv(int n, int c, int h, int w, int k) {
    return Conv2d.builder().input(n, c, h, w).filters(k, 1, 1);
  }
}
