package dev.quern.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.quern.core.Kernel;
import dev.quern.kernels.OpSpec;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Cases;
import dev.quern.kernels.cases.Values;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What earlier kernels have left in the workspace changes no result: no kernel reads what it has
 * not written there itself. Neither the conformance suite's guards nor oclgrind see this.
 */
final class WorkspaceTest extends WithDevice {
  private static final byte ZEROS = 0;

  /** NaN as floats, -1 as counts. */
  private static final byte ONES = -1;

  /** Larger problems only take longer. */
  private static final double MOST_FLOPS = 2e5;

  /** One test an op, over all of its cases. */
  @TestFactory
  Stream<DynamicTest> leftoversDoNotMatter() {
    return Cases.all().stream()
        .filter(c -> flops(c.spec()) <= MOST_FLOPS)
        .collect(Collectors.groupingBy(c -> c.name().split("/")[0]))
        .entrySet()
        .stream()
        .sorted(Map.Entry.comparingByKey())
        .map(op -> dynamicTest(op.getKey(), () -> op.getValue().forEach(this::check)));
  }

  private static double flops(OpSpec<?> spec) {
    return spec.passes().stream().mapToDouble(spec::flops).max().orElse(0);
  }

  private void check(Case<?> problem) {
    try (Kernel kernel = device().prepare(problem.spec())) {
      if (kernel.workspaceBytes() == 0) {
        return;
      }
    }
    List<Values> first = ExactMemory.run(device(), problem, ZEROS);
    List<Values> second = ExactMemory.run(device(), problem, ONES);
    for (int i = 0; i < first.size(); i++) {
      assertThat(first.get(i).mismatch(second.get(i)))
          .as("first byte of output %d of %s that differs", i, problem)
          .isEqualTo(-1);
    }
  }
}
