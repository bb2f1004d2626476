package dev.quern.bench.meter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.bench.machine.Calm;
import org.junit.jupiter.api.Test;

class CalmSamplesTest {
  /** A machine that never is calm, and a tenth of a second of patience with it. */
  @Test
  void whatWasMeasuredBeforeADisturbedLookIsDropped() {
    Calm never = new Calm(1e9, 0.1);
    CalmSamples<Integer> samples = new CalmSamples<>(never);
    samples.add(1);
    assertThat(samples.look()).isFalse();
    assertThat(samples.list()).isEmpty();
    samples.add(2);
    assertThat(samples.look()).as("out of patience").isTrue();
    assertThat(samples.list()).containsExactly(2);
  }

  @Test
  void whatACalmMachineMeasuredStaysUntilItIsCleared() {
    CalmSamples<Integer> samples = new CalmSamples<>(Calm.UNWATCHED);
    samples.add(1);
    assertThat(samples.look()).isTrue();
    samples.add(2);
    assertThat(samples.list()).containsExactly(1, 2);
    samples.clear();
    assertThat(samples.list()).isEmpty();
  }
}
