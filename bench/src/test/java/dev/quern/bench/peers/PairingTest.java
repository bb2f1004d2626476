package dev.quern.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.bench.machine.Calm;
import dev.quern.bench.result.Outcome;
import dev.quern.bench.result.PeerResult;
import dev.quern.bench.suite.Problem;
import dev.quern.bench.suite.Suite;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class PairingTest {
  private static final Problem PRODUCT =
      Suite.named("gemm/NNm32n10k128+BIAS forward").orElseThrow();
  private static final Problem POOLING =
      Suite.named("maxpool2d/mb32ic32ih26kh2sh2relu forward").orElseThrow();
  private static final Pairing SHORT =
      new Pairing(5, Duration.ofMillis(2), Duration.ofMillis(1), Calm.UNWATCHED);

  private static PeerProcess peer(String mood) {
    return new PeerProcess(
        "Moody",
        System.getProperty("java.class.path"),
        List.of("-Dmood=" + mood),
        PeerProcess.Limits.USUAL);
  }

  @Test
  void ratioIsThePeersTimeByOurs() {
    int[] rounds = {0};
    Pairing.Side own =
        nanos -> {
          assertThat(nanos).isEqualTo(2_000_000);
          return ++rounds[0] * 1e3;
        };
    try (PeerProcess peer = peer("right")) {
      PeerResult result = SHORT.measure(PRODUCT, own, peer);
      assertThat(result.outcome()).as(result.text()).isEqualTo(Outcome.OK);
      assertThat(result.peer()).isEqualTo("Moody");
      assertThat(result.text()).startsWith("sgemm");
      assertThat(rounds[0]).isEqualTo(5);
      PeerResult.Figures figures = Objects.requireNonNull(result.figures());
      assertThat(figures.ownNanos()).isEqualTo(3e3);
      assertThat(figures.pairs()).isEqualTo(5);
      assertThat(figures.peerNanos()).isPositive();
      assertThat(figures.upper()).isGreaterThanOrEqualTo(figures.ratio());
      assertThat(figures.lower()).isLessThanOrEqualTo(figures.ratio()).isPositive();
    }
  }

  @Test
  void whatGoesWrongWithThePeerIsAResult() {
    try (PeerProcess peer = peer("right")) {
      PeerResult absent = SHORT.measure(POOLING, nanos -> 1, peer);
      assertThat(absent.outcome()).isEqualTo(Outcome.ABSENT);
      assertThat(absent.text()).isEqualTo("products are all it has");
      assertThat(absent.figures()).isNull();
    }
    try (PeerProcess peer = peer("crash")) {
      PeerResult failed = SHORT.measure(PRODUCT, nanos -> 1, peer);
      assertThat(failed.outcome()).isEqualTo(Outcome.FAILED);
      assertThat(failed.text()).contains("ended with code 134: out of luck");
    }
  }

  @Test
  void pairsOfADisturbedMachineAreTakenAgain() {
    int[] rounds = {0};
    Calm never = new Calm(1e9, 0.1); // as long as patience lasts
    try (PeerProcess peer = peer("right")) {
      PeerResult result = SHORT.watching(never).measure(PRODUCT, nanos -> ++rounds[0], peer);
      assertThat(result.outcome()).as(result.text()).isEqualTo(Outcome.OK);
      assertThat(rounds[0]).isGreaterThan(5);
      assertThat(Objects.requireNonNull(result.figures()).ownNanos())
          .as("median of kept rounds")
          .isGreaterThan(3);
    }
  }

  @Test
  void whatGoesWrongWithUsIsThrown() {
    Pairing.Side broken =
        nanos -> {
          throw new IllegalStateException("ours");
        };
    try (PeerProcess peer = peer("right")) {
      assertThatThrownBy(() -> SHORT.measure(PRODUCT, broken, peer)).hasMessage("ours");
    }
  }
}
