package dev.quern.kernels.conformance;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.sun.management.ThreadMXBean;
import dev.quern.core.Kernel;
import dev.quern.kernels.cases.Case;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Running a kernel allocates nothing on the Java heap, so that no collector ever interrupts it. */
interface AllocationConformance extends Conformance {
  /** Runs that are measured together. */
  int BATCH = 100;

  /** Batches in a row without a byte that count as never. */
  int BATCHES = 5;

  /**
   * How long the compiler may take: the Vector API allocates its vectors until its callers are
   * compiled by C2.
   */
  long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(20);

  /** One ordinary case of each op, run until it has been compiled. */
  @TestFactory
  default Stream<DynamicTest> runsAllocateNothing() {
    return Conformance.oneOfEachOp().stream()
        .map(c -> dynamicTest(c.name(), () -> requireNoAllocation(c)));
  }

  private <K extends Kernel> void requireNoAllocation(Case<K> problem) {
    try (dev.quern.core.Stream stream = device().newStream();
        GuardedBuffers memory = new GuardedBuffers(stream)) {
      CaseRunner.forEachPass(stream, problem, memory, t -> requireNoBytes(t, WARM_UP_NANOS));
    }
  }

  /** Runs until several batches in a row allocated nothing; fails when the time is up. */
  static void requireNoBytes(Trial<?> trial, long warmUpNanos) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    trial.runOnce();
    long deadline = System.nanoTime() + warmUpNanos;
    int clean = 0;
    while (clean < BATCHES) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < BATCH; i++) {
        trial.launch();
      }
      long bytes = threads.getCurrentThreadAllocatedBytes() - before;
      trial.await();
      clean = bytes == 0 ? clean + 1 : 0;
      if (clean < BATCHES && System.nanoTime() > deadline) {
        throw new AssertionError(
            "%s: %d runs still allocate %d bytes after %d ms of warm-up"
                .formatted(trial, BATCH, bytes, TimeUnit.NANOSECONDS.toMillis(warmUpNanos)));
      }
    }
  }
}
