package dev.quern.peers.openblas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.bench.peers.NotOfferedException;
import dev.quern.bench.peers.PeerRun;
import dev.quern.bench.peers.Rehearsal;
import dev.quern.bench.suite.Problem;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.Pass;
import dev.quern.kernels.Relu;
import org.junit.jupiter.api.Test;

class OpenBlasTest {
  private final Rehearsal rehearsal = new Rehearsal(new OpenBlas());

  @Test
  void productsAreRight() {
    for (boolean transA : new boolean[] {false, true}) {
      for (boolean transB : new boolean[] {false, true}) {
        for (Epilogue epilogue : Epilogue.values()) {
          Gemm.Spec spec =
              Gemm.builder(13, 37, 29).transposed(transA, transB).epilogue(epilogue).build();
          try (PeerRun run = rehearsal.checked(new Problem.Kernel(spec, Pass.FORWARD))) {
            assertThat(run.how()).startsWith("sgemm");
          }
        }
      }
    }
  }

  @Test
  void nothingElseIsOffered() {
    assertThatThrownBy(() -> rehearsal.checked(new Problem.Kernel(new Relu.Spec(10), Pass.FORWARD)))
        .isInstanceOf(NotOfferedException.class);
    assertThatThrownBy(() -> rehearsal.checked(new Problem.Network(true, 32)))
        .isInstanceOf(NotOfferedException.class);
  }

  @Test
  void versionIsKnown() {
    assertThat(new OpenBlas().version()).matches("0\\.3\\..*");
  }
}
