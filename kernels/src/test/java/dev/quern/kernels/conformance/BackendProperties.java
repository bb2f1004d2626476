package dev.quern.kernels.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.quern.core.Device;
import dev.quern.core.Kernel;
import dev.quern.core.UnsupportedSpecException;
import dev.quern.kernels.OpSpec;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Cases;
import dev.quern.kernels.cases.Fill;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * Random problems of every op against the reference. {@code -Dquern.draws} and {@code -Dquern.seed}
 * choose how many and which; a failing one is made smaller before it is printed.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BackendProperties {
  private static final int DRAWS = Integer.getInteger("quern.draws", 2000);
  private static final long SEED = Long.getLong("quern.seed", 20260101L);

  private @Nullable DeviceUnderTest found;

  /** The device to test, for example {@code cpu} or {@code opencl:0}. */
  public abstract String deviceId();

  @BeforeAll
  void findDevice() {
    found = DeviceUnderTest.find(deviceId());
    System.out.printf("properties of %s: -Dquern.draws=%d -Dquern.seed=%d%n", found, DRAWS, SEED);
  }

  @AfterAll
  void closeDevice() {
    if (found != null) {
      found.close();
    }
  }

  private Device device() {
    if (found == null) {
      throw new IllegalStateException("the device has not been looked for");
    }
    return found.get();
  }

  /** Skipped, in sight, when the device is absent. */
  @Test
  void deviceIsHere() {
    assertThat(device().info().usable()).isTrue();
  }

  /** One test an op. */
  @TestFactory
  Stream<DynamicTest> randomProblems() {
    return new RandomSpecs(SEED)
        .byOp().keySet().stream().map(op -> dynamicTest(op, () -> draw(op)));
  }

  private void draw(String op) {
    // A generator of its own, so that what an op draws does not depend on the others.
    Supplier<OpSpec<?>> source = new RandomSpecs(SEED).byOp().get(op);
    if (source == null) {
      throw new IllegalStateException("nothing draws " + op);
    }
    try (dev.quern.core.Stream stream = device().newStream();
        GuardedBuffers memory = new GuardedBuffers(stream)) {
      for (int i = 0; i < DRAWS; i++) {
        OpSpec<?> spec = source.get();
        Fill fill = i % 2 == 0 ? Fill.WHOLE : Fill.REAL;
        AssertionError failure = failure(stream, memory, spec, fill);
        if (failure != null) {
          throw shrunk(stream, memory, spec, fill, failure, i);
        }
      }
    }
  }

  private static AssertionError shrunk(
      dev.quern.core.Stream stream,
      GuardedBuffers memory,
      OpSpec<?> spec,
      Fill fill,
      AssertionError failure,
      int draw) {
    OpSpec<?> smallest = Shrinking.smallest(spec, s -> failure(stream, memory, s, fill) != null);
    AssertionError last = failure(stream, memory, smallest, fill);
    return new AssertionError(
        "draw %d of -Dquern.seed=%d fails: %s%nsmallest that fails: %s%nas a record: %s%n%s"
            .formatted(
                draw,
                SEED,
                spec.describe(),
                smallest.describe(),
                smallest,
                (last == null ? failure : last).getMessage()),
        failure);
  }

  private static @Nullable AssertionError failure(
      dev.quern.core.Stream stream, GuardedBuffers memory, OpSpec<?> spec, Fill fill) {
    try {
      check(stream, memory, Cases.of(spec, fill));
      return null;
    } catch (UnsupportedSpecException e) {
      return null; // a clear refusal, listed by the conformance suite
    } catch (AssertionError e) {
      return e;
    }
  }

  private static <K extends Kernel> void check(
      dev.quern.core.Stream stream, GuardedBuffers memory, Case<K> problem) {
    CaseRunner.forEachPass(stream, problem, memory, Trial::checkValues);
  }
}
