package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.BitSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** One thread plays both workers, so that they certainly share a processor. */
@EnabledOnOs(OS.LINUX)
final class SeatsTest {
  private final Affinity affinity = offered();
  private final Seats seats = new Seats(2);
  private BitSet before = new BitSet();

  private static Affinity offered() {
    Affinity offered = Affinity.offered();
    if (offered == null) {
      throw new AssertionError("Linux tells where threads run");
    }
    return offered;
  }

  @BeforeEach
  void stayOnOneProcessor() {
    before = affinity.allowed();
    allowOnly(affinity.processor());
  }

  private void allowOnly(int processor) {
    BitSet one = new BitSet();
    one.set(processor);
    affinity.allow(one);
  }

  @AfterEach
  void goAnywhere() {
    affinity.allow(before);
  }

  @Test
  void threadsAreWhereTheyAreToldToBe() {
    before.stream()
        .forEach(
            processor -> {
              allowOnly(processor);
              assertThat(affinity.processor()).isEqualTo(processor);
              assertThat(affinity.allowed().stream()).containsExactly(processor);
            });
  }

  @Test
  void aWorkerLeavesTheCallersProcessorAndMayRunWhereItMight() {
    assumeThat(before.cardinality()).as("processors").isGreaterThan(1);
    int shared = affinity.processor();
    seats.note(0);
    BitSet two = new BitSet();
    two.set(shared);
    two.set(before.stream().filter(processor -> processor != shared).findFirst().orElseThrow());
    affinity.allow(two);

    seats.keepApart(1, 1); // it may have been moved already: then it is not moved back

    assertThat(affinity.processor()).isNotEqualTo(shared);
    assertThat(affinity.allowed()).isEqualTo(two);
  }

  @Test
  void withOneProcessorForAllNobodyMoves() {
    int only = affinity.processor();
    seats.note(0);

    seats.keepApart(1, 1);

    assertThat(affinity.processor()).isEqualTo(only);
    assertThat(affinity.allowed().stream()).containsExactly(only);
  }

  @Test
  void theCallerNeverMoves() {
    BitSet all = affinity.allowed();
    seats.note(1);

    seats.keepApart(0, 1);

    assertThat(affinity.allowed()).isEqualTo(all);
  }
}
