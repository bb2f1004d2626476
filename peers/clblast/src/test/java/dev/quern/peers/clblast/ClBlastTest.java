package dev.quern.peers.clblast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.quern.bench.peers.NotOfferedException;
import dev.quern.bench.peers.PeerRun;
import dev.quern.bench.peers.Rehearsal;
import dev.quern.bench.suite.Problem;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.Pass;
import dev.quern.kernels.Relu;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClBlastTest {

  private static Rehearsal rehearsal() {
    List<String> devices = OpenClQueue.names();
    assumeFalse(devices.isEmpty(), "NOT TESTED: there is no OpenCL device");
    System.setProperty("quern.peer.device", devices.getFirst());
    try {
      return new Rehearsal(new ClBlast());
    } catch (NotOfferedException e) {
      return abort("NOT TESTED: " + e.getMessage());
    }
  }

  @Test
  void productsAreRight() {
    Rehearsal rehearsal = rehearsal();
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
  void deviceThatIsNotThereIsASentence() {
    assertThatThrownBy(() -> OpenClQueue.of("nobody's"))
        .isInstanceOf(NotOfferedException.class)
        .hasMessage("no OpenCL device is named 'nobody's'");
  }

  @Test
  void nothingElseIsOffered() {
    Problem relu = new Problem.Kernel(new Relu.Spec(10), Pass.FORWARD);
    assertThatThrownBy(() -> rehearsal().checked(relu)).isInstanceOf(NotOfferedException.class);
  }
}
