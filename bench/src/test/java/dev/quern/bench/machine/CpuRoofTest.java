package dev.quern.bench.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.bench.result.Ceilings;
import dev.quern.bench.result.Ceilings.Level;
import dev.quern.bench.result.Look;
import dev.quern.bench.result.Machine;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CpuRoofTest {
  @Test
  void everyLevelHasARateAndTheLastHoldsEverything() {
    Ceilings roof = CpuRoof.measure();
    assertThat(roof.gflops()).isPositive();
    assertThat(roof.levels())
        .hasSizeGreaterThan(1)
        .isSortedAccordingTo(Comparator.comparingDouble(Level::bytes))
        .allSatisfy(level -> assertThat(level.gigabytes()).isPositive());
    assertThat(roof.levels().getLast().bytes()).isInfinite();
  }

  @Test
  void allProcessorsWorkAtTheSameTime() {
    int count = 3;
    AtomicIntegerArray runs = new AtomicIntegerArray(count);
    try (Processors processors = new Processors(count)) {
      double nanos = processors.nanos(thread -> runs.incrementAndGet(thread), 0);
      assertThat(nanos).isPositive();
    }
    assertThat(runs.get(0)).isEqualTo(runs.get(1)).isEqualTo(runs.get(2)).isEqualTo(11);
  }

  @Test
  void theMachineIsDescribedWithoutItsPaths() {
    Machine here = MachineScan.here();
    assertThat(here.processors()).isPositive();
    assertThat(here.java()).isEqualTo(Runtime.version().toString());
    assertThat(here.javaFlags()).noneMatch(flag -> flag.matches(".*[=:]/.*/.*"));
  }

  /** Too early to say anything, and later a share. */
  @Test
  void othersHaveAShareOrNoneIsKnown() {
    assertThat(new OtherWork().share()).isNull();
  }

  @Test
  void aLineGoesRoundAllProcessors() {
    for (int count : new int[] {1, 2, 5}) { // more than there are have to make way
      try (Processors processors = new Processors(count)) {
        assertThat(HandOver.nanos(processors, 100, 0)).isBetween(0.1, 1e8);
      }
    }
    CacheLevel own = new CacheLevel("L1", 32 << 10, 1);
    CacheLevel shared = new CacheLevel("L3", 32 << 20, 4096);
    assertThat(HandOver.expected(List.of(own))).isInfinite();
    assertThat(HandOver.expected(List.of(own, shared))).isFinite();
  }

  @Test
  void itIsCalmIfNothingIsWorseThanAtItsBest() {
    assertThat(new Calm(Look.UNKNOWN, 60).holds()).isTrue();
    assertThat(calm(1e-9, 1e9, null).holds()).isTrue();
    assertThat(calm(1e9, 1e9, null).holds()).isFalse();
    Calm apart = calm(1e-9, 1e-9, null);
    assertThat(apart.holds()).as("farther than ever").isEqualTo(HandOver.nanos(0) == null);
    assertThat(calm(1e-9, 1e9, 1e9).holds()).as("others on the same cores").isFalse();
  }

  @Test
  void patienceThatIsAtItsEndTakesAllForCalmAndSaysWhatItSaw() {
    Calm never = new Calm(new Look(1e9, 1e9, null), 0.01);
    assertThat(never.holds()).isFalse();
    assertThat(never.seen()).as("nothing was taken").isEqualTo(Look.UNKNOWN);
    never.repeat(0.02);
    assertThat(never.holds()).isTrue();
    assertThat(never.seen().peak()).isLessThan(1e9);
    never.begin();
    assertThat(never.seen()).as("of another case").isEqualTo(Look.UNKNOWN);
  }

  private static Calm calm(double peak, double handOver, @Nullable Double issued) {
    return new Calm(new Look(peak, handOver, issued), 60);
  }
}
