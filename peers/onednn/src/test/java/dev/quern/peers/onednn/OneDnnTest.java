package dev.quern.peers.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.bench.peers.NotOfferedException;
import dev.quern.bench.peers.PeerRun;
import dev.quern.bench.peers.Rehearsal;
import dev.quern.bench.suite.Problem;
import dev.quern.kernels.Adam;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.Layout;
import dev.quern.kernels.MaxPool2d;
import dev.quern.kernels.OpSpec;
import dev.quern.kernels.Pass;
import dev.quern.kernels.Relu;
import dev.quern.kernels.SoftmaxCrossEntropy;
import org.junit.jupiter.api.Test;

class OneDnnTest {
  private final Rehearsal rehearsal = new Rehearsal(new OneDnn());

  /** Compares with the reference, and returns how it was done. */
  private String right(OpSpec<?> spec, Pass pass) {
    try (PeerRun run = rehearsal.checked(new Problem.Kernel(spec, pass))) {
      run.run(); // again, after what was looked at was read
      return run.how();
    }
  }

  @Test
  void productsAreRight() {
    for (boolean transA : new boolean[] {false, true}) {
      for (boolean transB : new boolean[] {false, true}) {
        for (Epilogue epilogue : Epilogue.values()) {
          assertThat(
                  right(
                      Gemm.builder(13, 37, 29)
                          .transposed(transA, transB)
                          .epilogue(epilogue)
                          .build(),
                      Pass.FORWARD))
              .startsWith("matmul, ");
        }
      }
    }
  }

  @Test
  void convolutionsAreRight() {
    for (Layout layout : Layout.values()) {
      for (Epilogue epilogue : Epilogue.values()) {
        Conv2d.Spec spec =
            Conv2d.builder()
                .layout(layout)
                .input(3, 5, 9, 11)
                .filters(18, 3, 2)
                .stride(2, 1)
                .padding(1, 0, 2, 1)
                .epilogue(epilogue)
                .build();
        assertThat(right(spec, Pass.FORWARD)).startsWith("convolution forward, ");
        assertThat(right(spec, Pass.BACKWARD_DATA)).startsWith("convolution backward data, ");
        assertThat(right(spec, Pass.BACKWARD_FILTER)).startsWith("convolution backward weights, ");
        if (epilogue.hasRelu()) {
          assertThat(right(spec, Pass.BACKWARD_EPILOGUE)).startsWith("eltwise backward");
        }
      }
    }
  }

  @Test
  void poolingIsRight() {
    for (Layout layout : Layout.values()) {
      for (boolean relu : new boolean[] {false, true}) {
        MaxPool2d.Spec spec =
            MaxPool2d.builder()
                .layout(layout)
                .input(3, 18, 7, 9)
                .window(2, 2)
                .reluInput(relu)
                .build();
        assertThat(right(spec, Pass.FORWARD)).startsWith("pooling forward");
        assertThat(right(spec, Pass.BACKWARD_DATA)).contains("pooling backward");
      }
    }
  }

  @Test
  void pointwiseIsRight() {
    assertThat(right(new Relu.Spec(1009), Pass.FORWARD)).startsWith("eltwise forward");
    assertThat(right(new Relu.Spec(1009), Pass.BACKWARD_DATA)).startsWith("eltwise backward");
    assertThat(
            right(
                new SoftmaxCrossEntropy.Spec(9, 10, SoftmaxCrossEntropy.Reduction.MEAN),
                Pass.FORWARD))
        .startsWith("logsoftmax forward and backward");
  }

  @Test
  void whatItDoesNotHaveIsNotOffered() {
    assertThatThrownBy(() -> right(new Adam.Spec(10), Pass.UPDATE))
        .isInstanceOf(NotOfferedException.class);
    Conv2d.Spec depthwise = Conv2d.builder().input(1, 4, 5, 5).filters(4, 3, 3).groups(4).build();
    assertThatThrownBy(() -> right(depthwise, Pass.FORWARD))
        .isInstanceOf(NotOfferedException.class);
  }
}
