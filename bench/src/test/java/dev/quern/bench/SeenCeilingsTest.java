package dev.quern.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.bench.result.Ceilings;
import dev.quern.bench.result.Ceilings.Level;
import dev.quern.bench.result.Measurement;
import dev.quern.bench.result.Result;
import dev.quern.bench.result.Summary;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeenCeilingsTest {
  private static Result result(String name, double nanos) {
    return Result.ok(
        name,
        new Measurement("ours", true, null, Summary.of(nanos), null, null, null, 1, 1000, 100, 0));
  }

  @Test
  void productsAndCopiesStandInWhereNothingIsKnown() {
    Ceilings ceilings = SeenCeilings.raised(Ceilings.UNKNOWN, result("copy/1", 10));
    ceilings = SeenCeilings.raised(ceilings, result("gemm/small forward", 10));
    ceilings = SeenCeilings.raised(ceilings, result("gemm/large forward", 5));
    ceilings = SeenCeilings.raised(ceilings, result("gemm/slow forward", 50));
    ceilings = SeenCeilings.raised(ceilings, result("conv2d/fast forward", 1));
    ceilings = SeenCeilings.raised(ceilings, Result.failed("gemm/wrong", "why"));
    assertThat(ceilings)
        .isEqualTo(new Ceilings(200.0, List.of(new Level("memory", Double.POSITIVE_INFINITY, 10))));
  }

  @Test
  void whatWasMeasuredApartIsRaisedOnly() {
    Level cache = new Level("L1", 1000, 500);
    Ceilings known = new Ceilings(300.0, List.of(cache, new Level("memory", 1e99, 20)));
    assertThat(SeenCeilings.raised(known, result("copy/1", 10))).isEqualTo(known);
    assertThat(SeenCeilings.raised(known, result("gemm/a", 5))).isEqualTo(known);
    assertThat(SeenCeilings.raised(known, result("copy/1", 4)).levels())
        .containsExactly(cache, new Level("memory", 1e99, 25));
  }
}
