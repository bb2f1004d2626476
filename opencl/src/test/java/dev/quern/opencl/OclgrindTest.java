package dev.quern.opencl;

import static dev.quern.core.DataType.FLOAT32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.dialect.BlocksConformance;
import dev.quern.dialect.Launch;
import dev.quern.dialect.Parts;
import dev.quern.dialect.Program;
import dev.quern.dialect.Range;
import dev.quern.kernels.OpSpec;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Cases;
import dev.quern.kernels.cases.Fill;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Small problems of every op under oclgrind, a driver that interprets kernels and reports access
 * out of bounds, data races, diverging barriers and the use of what was never written. Its reports
 * go to the file that OCLGRIND_LOG names, and whatever appears there fails the test that caused it.
 * The environment says what is looked for; see the executions in pom.xml.
 */
final class OclgrindTest extends WithDevice {
  private static final byte NOTHING = 0;

  /** Interpreting takes 10 us an instruction or so. */
  private static final double MOST_FLOPS = 2_000;

  /** For the slow executions: a few problems only. */
  private static final boolean BRIEF = Boolean.getBoolean("quern.oclgrind.brief");

  private static final int CASES_OF_AN_OP = BRIEF ? 6 : 1000;

  /** Cases of each op, spread over all that are small. */
  @TestFactory
  java.util.stream.Stream<DynamicTest> smallCases() {
    Map<Class<?>, List<Case<?>>> byOp = new LinkedHashMap<>();
    for (Case<?> problem : Cases.all()) {
      if (flops(problem.spec()) <= MOST_FLOPS) {
        byOp.computeIfAbsent(problem.spec().getClass(), op -> new ArrayList<>()).add(problem);
      }
    }
    return byOp.values().stream()
        .flatMap(OclgrindTest::spread)
        .map(c -> dynamicTest(c.name(), () -> check(c)));
  }

  private static double flops(OpSpec<?> spec) {
    return spec.passes().stream().mapToDouble(spec::flops).max().orElse(0);
  }

  private static java.util.stream.Stream<Case<?>> spread(List<Case<?>> cases) {
    int count = Math.min(CASES_OF_AN_OP, cases.size());
    return java.util.stream.IntStream.range(0, count)
        .mapToObj(i -> cases.get((int) ((long) i * cases.size() / count)));
  }

  /** Larger blocks of the GPU family need larger products than the cases above have. */
  @TestFactory
  java.util.stream.Stream<DynamicTest> largerBlocks() {
    boolean worthIt = !BRIEF && !device().traits().usesVectors();
    return java.util.stream.Stream.of(70, 130)
        .filter(extent -> worthIt)
        .map(extent -> BlocksConformance.repeated(device(), extent, extent, 3).build())
        .map(spec -> dynamicTest(spec.describe(), () -> check(Cases.of(spec, Fill.REAL))));
  }

  private void check(Case<?> problem) throws IOException {
    String reports = reportsOf(device -> ExactMemory.run(device, problem, NOTHING));
    assertThat(reports).as("what oclgrind found wrong in %s", problem).isEmpty();
  }

  /** What oclgrind says while something runs. */
  private String reportsOf(Consumer<ClDevice> work) throws IOException {
    String log = System.getenv("OCLGRIND_LOG");
    if (!device().traits().platform().equals("Oclgrind") || log == null) {
      return abort(
          "NOT TESTED: needs oclgrind as opencl:0, as the executions in pom.xml set it up");
    }
    int before = Files.readString(Path.of(log)).length();
    work.accept(device());
    return Files.readString(Path.of(log)).substring(before);
  }

  /** Without this, a misspelt variable of the environment would pass for kernels without faults. */
  @TestFactory
  java.util.stream.Stream<DynamicTest> deliberateFaultsAreReported() {
    List<DynamicTest> tests = new ArrayList<>();
    tests.add(
        dynamicTest(
            "access behind the end",
            () ->
                assertThat(reportsOf(device -> rectify(device, true, 5)))
                    .contains("Invalid read of size", "Invalid write of size", "Kernel: relu")));
    if (System.getenv("OCLGRIND_DATA_RACES") != null) {
      tests.add(
          dynamicTest(
              "a race",
              () ->
                  assertThat(reportsOf(OclgrindTest::race)).contains("data race", "Kernel: relu")));
    }
    if (System.getenv("OCLGRIND_UNINITIALIZED") != null) {
      tests.add(
          dynamicTest(
              "use of what was never written",
              () ->
                  assertThat(reportsOf(device -> rectify(device, false, 4)))
                      .contains("Uninitialized value", "Kernel: relu")));
    }
    return tests.stream();
  }

  /**
   * ReLU of {@code count} elements between buffers that have four. What was never written lies far
   * behind the end of all other buffers: oclgrind remembers what was written to a buffer even when
   * that is gone and another one has its number.
   */
  private static void rectify(ClDevice device, boolean initialized, int count) {
    try (Stream stream = device.newStream();
        ExactMemory memory = new ExactMemory(device);
        Parts parts = new Parts(device, "a deliberate fault")) {
      Program program = parts.program(List.of("relu.cl"), "SPAN=8");
      Launch launch = parts.launch(program, "relu", Range.of(1, 1), 2, count);
      DeviceBuffer x =
          initialized
              ? memory.allocate("x", FLOAT32, 4)
              : memory.allocate("x", FLOAT32, 1 << 20).part("end", (1 << 20) - 4, 4);
      if (initialized) {
        stream.write(x, new float[4]);
      }
      launch.buffer(0, x).buffer(1, memory.allocate("y", FLOAT32, 4)).run(stream);
      stream.synchronize();
    }
  }

  /** ReLU of two work-items, of which the second reads what the first one writes. */
  private static void race(ClDevice device) {
    try (Stream stream = device.newStream();
        ExactMemory memory = new ExactMemory(device);
        Parts parts = new Parts(device, "a deliberate fault")) {
      Program program = parts.program(List.of("relu.cl"), "SPAN=1");
      Launch launch = parts.launch(program, "relu", Range.of(2, 1), 2, 2);
      DeviceBuffer both = memory.allocate("x and y", FLOAT32, 3);
      stream.write(both, new float[3]);
      launch.buffer(0, both.part("x", 0, 2)).buffer(1, both.part("y", 1, 2)).run(stream);
      stream.synchronize();
    }
  }
}
