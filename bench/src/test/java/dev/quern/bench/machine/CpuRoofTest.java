package dev.quern.bench.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.bench.result.Ceilings;
import dev.quern.bench.result.Ceilings.Level;
import dev.quern.bench.result.Machine;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
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
  void itIsCalmIfThePeakIsThereAndTheProcessorsAreNear() {
    assertThat(new Calm(null, 60).holds()).isTrue();
    assertThat(new Calm(1e-9, 60, 1e9).holds()).isTrue();
    assertThat(new Calm(1e9, 60, 1e9).holds()).isFalse();
    Calm apart = new Calm(1e-9, 60, 1e-9);
    assertThat(apart.holds()).as("farther than ever").isEqualTo(apart.handOver() == null);
    Calm never = new Calm(1e9, 60, 1e9);
    never.spend(100);
    assertThat(never.holds()).as("out of patience").isTrue();
  }
}
