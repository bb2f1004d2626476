package dev.quern.kernels.conformance;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Kernel;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import dev.quern.kernels.AveragePool2d;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.MaxPool2d;
import dev.quern.kernels.cases.Argument;
import dev.quern.kernels.cases.Bindings;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Cases;
import dev.quern.kernels.cases.Run;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Misuse is refused, before anything is computed, with a message that says what is wrong. */
interface RefusalConformance extends Conformance {
  /** Room for one argument of each case. */
  long SPARE_BYTES = 1 << 22;

  /** Every argument of every op may be neither too small nor of another type. */
  @TestFactory
  default java.util.stream.Stream<DynamicTest> argumentsThatDoNotFit() {
    return Conformance.oneOfEachOp().stream()
        .map(c -> dynamicTest(c.name(), () -> requireFittingArguments(c)));
  }

  private <K extends Kernel> void requireFittingArguments(Case<K> problem) {
    try (Stream stream = device().newStream();
        GuardedBuffers memory = new GuardedBuffers(stream);
        K kernel = device().prepare(problem.spec())) {
      stream.reserveWorkspace(kernel.workspaceBytes());
      for (Run<K> run : problem.runs()) {
        for (Argument argument : run.arguments()) {
          Bindings buffers = memory.bind(run.arguments());
          DeviceBuffer right = buffers.get(argument.role());
          buffers.put(argument.role(), right.part("short", 0, right.count() - 1));
          requireRefusal(problem, argument, () -> run.call().run(kernel, stream, buffers));
          try (Arena spare = device().newArena("spare", SPARE_BYTES)) {
            DataType other = right.type() == DataType.UINT8 ? DataType.FLOAT32 : DataType.UINT8;
            buffers.put(argument.role(), spare.allocate("typed", other, right.count()));
            requireRefusal(problem, argument, () -> run.call().run(kernel, stream, buffers));
          }
        }
      }
    }
  }

  private static void requireRefusal(Case<?> problem, Argument argument, Runnable run) {
    assertThatThrownBy(run::run)
        .isInstanceOf(SpecException.class)
        .hasMessageContaining(problem.spec().describe())
        .hasMessageContaining(argument.role() + " needs " + argument.count());
  }

  /** An output may not share memory with an input, unless the contract allows it. */
  @Test
  default void overlappingOutputs() {
    requireApart(Gemm.Spec.class, "c", "a");
    requireApart(Gemm.Spec.class, "c", "b");
    requireApart(Conv2d.Spec.class, "y", "x");
    requireApart(MaxPool2d.Spec.class, "y", "x");
    requireApart(AveragePool2d.Spec.class, "y", "x");
  }

  private void requireApart(Class<?> op, String output, String input) {
    Conformance.oneOfEachOp().stream()
        .filter(c -> c.spec().getClass() == op)
        .forEach(c -> requireApart(c, output, input));
  }

  private <K extends Kernel> void requireApart(Case<K> problem, String output, String input) {
    try (Stream stream = device().newStream();
        Arena arena = device().newArena("shared", SPARE_BYTES);
        GuardedBuffers memory = new GuardedBuffers(stream);
        K kernel = device().prepare(problem.spec())) {
      stream.reserveWorkspace(kernel.workspaceBytes());
      Run<K> run = problem.runs().get(0);
      Bindings buffers = memory.bind(run.arguments());
      long first = buffers.get(output).count();
      long second = buffers.get(input).count();
      DeviceBuffer shared = arena.allocate("shared", DataType.FLOAT32, first + second - 1);
      buffers.put(output, shared.part("the output", 0, first));
      buffers.put(input, shared.part("the input", first - 1, second));
      assertThatThrownBy(() -> run.call().run(kernel, stream, buffers))
          .isInstanceOf(SpecException.class)
          .hasMessageContaining(output + " must not share memory with " + input);
    }
  }

  /** A buffer of a closed arena, or of another device, is refused. */
  @TestFactory
  default java.util.stream.Stream<DynamicTest> buffersOfNoUse() {
    return Conformance.oneOfEachOp().stream()
        .map(c -> dynamicTest(c.name(), () -> requireOwnLiveBuffers(c)));
  }

  private <K extends Kernel> void requireOwnLiveBuffers(Case<K> problem) {
    try (Stream stream = device().newStream();
        GuardedBuffers memory = new GuardedBuffers(stream);
        K kernel = device().prepare(problem.spec());
        Device twin = DeviceUnderTest.open(deviceId())) {
      stream.reserveWorkspace(kernel.workspaceBytes());
      Run<K> run = problem.runs().get(0);
      String role = run.arguments().get(0).role();
      Bindings buffers = memory.bind(run.arguments());
      DeviceBuffer right = buffers.get(role);
      Arena closed = device().newArena("closed arena", SPARE_BYTES);
      buffers.put(role, closed.allocate("dead", right.type(), right.count()));
      closed.close();
      assertThatThrownBy(() -> run.call().run(kernel, stream, buffers))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("'closed arena'")
          .hasMessageContaining("is closed");
      Arena foreign = twin.newArena("foreign", SPARE_BYTES);
      buffers.put(role, foreign.allocate("foreign", right.type(), right.count()));
      assertThatThrownBy(() -> run.call().run(kernel, stream, buffers))
          .isInstanceOf(SpecException.class)
          .hasMessageContaining("cannot be used on");
    }
  }

  /** A closed kernel, and one of another device, do not run. */
  @Test
  default void kernelsOfNoUse() {
    Conformance.oneOfEachOp().forEach(this::requireOwnLiveKernel);
  }

  private <K extends Kernel> void requireOwnLiveKernel(Case<K> problem) {
    try (Stream stream = device().newStream();
        GuardedBuffers memory = new GuardedBuffers(stream);
        Device twin = DeviceUnderTest.open(deviceId());
        K foreign = twin.prepare(problem.spec())) {
      K closed = device().prepare(problem.spec());
      stream.reserveWorkspace(closed.workspaceBytes());
      closed.close();
      Run<K> run = problem.runs().get(0);
      Bindings buffers = memory.bind(run.arguments());
      assertThatThrownBy(() -> run.call().run(closed, stream, buffers))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(problem.spec().describe())
          .hasMessageContaining("is closed");
      assertThatThrownBy(() -> run.call().run(foreign, stream, buffers))
          .isInstanceOf(SpecException.class)
          .hasMessageContaining("another device");
    }
  }

  /** A kernel that needs workspace says so instead of writing where there is none. */
  @Test
  default void missingWorkspace() {
    List<Case<?>> needing = Cases.all().stream().filter(this::needsWorkspace).limit(3).toList();
    if (needing.isEmpty()) {
      abort("NOT TESTED: no kernel of " + device() + " needs workspace");
    }
    needing.forEach(this::requireWorkspaceRefusal);
  }

  private boolean needsWorkspace(Case<?> problem) {
    try (Kernel kernel = device().prepare(problem.spec())) {
      return kernel.workspaceBytes() > 0;
    }
  }

  private <K extends Kernel> void requireWorkspaceRefusal(Case<K> problem) {
    try (Stream stream = device().newStream();
        GuardedBuffers memory = new GuardedBuffers(stream);
        K kernel = device().prepare(problem.spec())) {
      Run<K> run = problem.runs().get(0);
      Bindings buffers = memory.bind(run.arguments());
      assertThatThrownBy(() -> run.call().run(kernel, stream, buffers))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(String.valueOf(kernel.workspaceBytes()))
          .hasMessageContaining("reserveWorkspace");
    }
  }
}
