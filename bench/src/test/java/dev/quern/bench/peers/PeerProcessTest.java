package dev.quern.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.bench.suite.Problem;
import dev.quern.bench.suite.Suite;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real processes with a peer that is up to all sorts of things. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PeerProcessTest {
  private static final String NAME = "gemm/NNm32n10k128+BIAS forward";
  private static final Problem PRODUCT = Suite.named(NAME).orElseThrow();
  private static final Problem POOLING =
      Suite.named("maxpool2d/mb32ic32ih26kh2sh2relu forward").orElseThrow();
  private static final Problem TRAINING = Suite.named("train-step/mnist-b32").orElseThrow();
  private static final PeerProcess.Limits LIMITS =
      new PeerProcess.Limits(
          Duration.ofSeconds(60), Duration.ofSeconds(60), Duration.ofSeconds(60));

  private static PeerProcess peer(String mood, PeerProcess.Limits limits) {
    return new PeerProcess(
        "Moody", System.getProperty("java.class.path"), List.of("-Dmood=" + mood), limits);
  }

  private static PeerProcess peer(String mood) {
    return peer(mood, LIMITS);
  }

  private static ProcessHandle process(PeerProcess peer) {
    String[] words = peer.version().split(" ");
    return ProcessHandle.of(Long.parseLong(words[words.length - 1])).orElseThrow();
  }

  @Test
  void whatIsRightRunsAndNothingIsLeftBehind() {
    ProcessHandle process;
    try (PeerProcess peer = peer("right")) {
      assertThat(peer.version()).isEmpty();
      assertThat(peer.prepare(PRODUCT)).isEqualTo("sgemm, without the bias");
      assertThat(peer.version()).startsWith("1.2 of ");
      process = process(peer);
      assertThat(process.isAlive()).isTrue();
      assertThat(peer.round(1_000_000)).isBetween(10.0, 1e9);
      assertThat(peer.round(0)).isBetween(10.0, 1e9);
    }
    assertThat(process.isAlive()).isFalse();
  }

  @Test
  void whatIsNotOfferedIsSaidAndTheProcessGoesOn() {
    try (PeerProcess peer = peer("right")) {
      peer.prepare(PRODUCT);
      ProcessHandle process = process(peer);
      assertThatThrownBy(() -> peer.prepare(POOLING))
          .isInstanceOf(NotOfferedException.class)
          .hasMessage("products are all it has");
      peer.prepare(PRODUCT);
      assertThat(process(peer)).isEqualTo(process);
    }
  }

  @Test
  void whatIsNotInstalledIsAbsent() {
    try (PeerProcess peer = peer("not installed")) {
      assertThatThrownBy(() -> peer.prepare(PRODUCT))
          .isInstanceOf(NotOfferedException.class)
          .hasMessage("install it");
    }
  }

  @Test
  void whatCannotBeLoadedFailsWithTheCause() {
    try (PeerProcess peer = peer("broken")) {
      assertThatThrownBy(() -> peer.prepare(PRODUCT))
          .isInstanceOf(PeerException.class)
          .hasMessage("java.lang.UnsatisfiedLinkError: no such library");
    }
  }

  @Test
  void wrongAnswersAreNotTimed() {
    try (PeerProcess peer = peer("wrong")) {
      assertThatThrownBy(() -> peer.prepare(PRODUCT))
          .isInstanceOf(PeerException.class)
          .hasMessageStartingWith("wrong answer: c: 320 of 320 elements are wrong");
      assertThatThrownBy(() -> peer.round(1)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void networkThatDoesNotLearnFails() {
    try (PeerProcess peer = peer("right")) {
      assertThatThrownBy(() -> peer.prepare(TRAINING))
          .isInstanceOf(PeerException.class)
          .hasMessageStartingWith("it does not learn: a loss of 2.300 is 2.300 after ");
    }
  }

  @Test
  void anotherNetworkFails() {
    try (PeerProcess peer = peer("other network")) {
      assertThatThrownBy(() -> peer.prepare(TRAINING))
          .isInstanceOf(PeerException.class)
          .hasMessage("another network: 7 parameters instead of 225034");
    }
  }

  @Test
  void crashIsReportedWithTheLastWordsAndTheNextProblemHasANewProcess() {
    try (PeerProcess peer = peer("crash")) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> peer.prepare(PRODUCT))
            .isInstanceOf(PeerException.class)
            .hasMessage("Moody's process ended with code 134: out of luck");
      }
    }
  }

  @Test
  void errorIsOneLine() {
    try (PeerProcess peer = peer("err")) {
      assertThatThrownBy(() -> peer.prepare(PRODUCT))
          .isInstanceOf(PeerException.class)
          .hasMessage("java.lang.IllegalStateException: nothing works");
    }
  }

  @Test
  void hangEndsAtTheLimitAndSoDoesTheProcess() {
    PeerProcess.Limits short_ =
        new PeerProcess.Limits(
            Duration.ofSeconds(60), Duration.ofSeconds(2), Duration.ofSeconds(1));
    try (PeerProcess peer = peer("hang", short_)) {
      assertThatThrownBy(() -> peer.prepare(PRODUCT))
          .isInstanceOf(PeerException.class)
          .hasMessage("Moody's process has not answered for 2 s");
      String[] words = peer.version().split(" ");
      assertThat(ProcessHandle.of(Long.parseLong(words[words.length - 1])))
          .as("the process")
          .isEmpty();
    }
  }

  @Test
  void whatLibrariesPrintDoesNoHarm() {
    try (PeerProcess peer = peer("talk")) {
      assertThat(peer.prepare(PRODUCT)).startsWith("sgemm");
      assertThat(peer.round(1_000_000)).isPositive();
    }
  }

  @Test
  void endsWithItsParentAlsoInTheMiddleOfARun() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dmood=hang",
                "-cp",
                System.getProperty("java.class.path"),
                PeerProgram.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
      while (!out.readLine().startsWith(Lines.MARK + Lines.HELLO)) {}
      process.outputWriter().write(Lines.PREPARE + NAME + "\n");
      process.outputWriter().flush();
      assertThat(process.waitFor(2, TimeUnit.SECONDS)).as("it hangs").isFalse();
      process.outputWriter().close();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("it ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
  }
}
