package dev.quern.peers.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.bench.peers.InferenceRun;
import dev.quern.bench.peers.NotOfferedException;
import dev.quern.bench.peers.PeerRun;
import dev.quern.bench.peers.Rehearsal;
import dev.quern.bench.peers.TrainingRun;
import dev.quern.bench.suite.Problem;
import dev.quern.kernels.Pass;
import dev.quern.kernels.Relu;
import org.junit.jupiter.api.Test;

class Dl4jTest {
  private final Rehearsal rehearsal = new Rehearsal(new Dl4j());

  @Test
  void networkLearns() {
    try (PeerRun run = rehearsal.checked(new Problem.Network(true, 32))) {
      run.run();
      assertThat(((TrainingRun) run).loss()).isBetween(0.0, 2.0);
    }
  }

  @Test
  void networkAnswersDifferentPicturesDifferently() {
    try (PeerRun run = rehearsal.checked(new Problem.Network(false, 4))) {
      run.run();
      float[] first = ((InferenceRun) run).probabilities();
      run.run();
      assertThat(((InferenceRun) run).probabilities()).isNotEqualTo(first);
    }
  }

  @Test
  void kernelsAreNotOffered() {
    Problem relu = new Problem.Kernel(new Relu.Spec(10), Pass.FORWARD);
    assertThatThrownBy(() -> rehearsal.checked(relu)).isInstanceOf(NotOfferedException.class);
  }
}
