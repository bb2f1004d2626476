package dev.quern.kernels.conformance;

import dev.quern.core.Device;
import dev.quern.core.Kernel;
import dev.quern.core.Stream;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Prepares a case's kernel and puts each of its passes to trial. */
public final class CaseRunner {
  private CaseRunner() {}

  /** Runs everything that must hold of every pass on a stream of its own. */
  public static <K extends Kernel> void checkAll(Device device, Case<K> problem) {
    try (Stream stream = device.newStream();
        GuardedBuffers memory = new GuardedBuffers(stream)) {
      forEachPass(stream, problem, memory, Trial::checkAll);
    }
  }

  /**
   * Puts every pass to a test; a failure of one does not hide those of the others.
   *
   * @param memory where the buffers go; may serve many cases
   */
  static <K extends Kernel> void forEachPass(
      Stream stream, Case<K> problem, GuardedBuffers memory, Consumer<Trial<K>> test) {
    List<AssertionError> failures = new ArrayList<>();
    try (K kernel = stream.device().prepare(problem.spec())) {
      stream.reserveWorkspace(kernel.workspaceBytes());
      for (Run<K> run : problem.runs()) {
        try {
          test.accept(new Trial<>(stream, kernel, problem, run, memory));
        } catch (AssertionError e) {
          failures.add(e);
        }
      }
    }
    if (failures.size() == 1) {
      throw failures.get(0);
    }
    if (!failures.isEmpty()) {
      AssertionError all =
          new AssertionError(
              String.join("\n", failures.stream().map(Throwable::getMessage).toList()));
      failures.forEach(all::addSuppressed);
      throw all;
    }
  }
}
