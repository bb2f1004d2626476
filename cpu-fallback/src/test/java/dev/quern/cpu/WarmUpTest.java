package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.Device;
import dev.quern.core.DeviceInfo;
import dev.quern.kernels.Activation.Kind;
import dev.quern.kernels.Pass;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The change from plain Java to vectors. */
class WarmUpTest {
  private final WarmUp queue = new WarmUp();

  @Test
  void whatIsUsedAgainIsWarmAfterTheWaitAndNothingElseIsMade() {
    ConcurrentLinkedQueue<String> made = new ConcurrentLinkedQueue<>();
    Warming<String> used = warming("used", made);
    Warming<String> once = warming("once", made);
    for (String version : List.of(used.current(), used.current(), once.current())) {
      assertThat(version).isEqualTo("plain");
    }
    queue.await();
    assertThat(used.current()).isEqualTo("used");
    assertThat(made).containsExactly("used");
    once.current();
    queue.await();
    assertThat(once.current()).isEqualTo("once");
  }

  private Warming<String> warming(String name, ConcurrentLinkedQueue<String> made) {
    return Warming.of("plain", () -> name, made::add, queue);
  }

  /** A JVM that compiles nothing goes on in plain Java. */
  @Test
  void whatIsNeverCompiledStaysPlain() {
    Warming<String> hopeless = Warming.of("plain", () -> "vector", vector -> false, queue);
    hopeless.current();
    hopeless.current();
    queue.await();
    assertThat(hopeless.current()).isEqualTo("plain");
  }

  @Test
  void whoIsInterruptedDoesNotWait() {
    CountDownLatch compiled = new CountDownLatch(1);
    Warming<String> slow = Warming.of("plain", () -> "vector", vector -> waits(compiled), queue);
    slow.current();
    slow.current();
    Thread.currentThread().interrupt();
    queue.await();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(slow.current()).isEqualTo("plain");
    compiled.countDown();
    queue.await();
    assertThat(slow.current()).isEqualTo("vector");
  }

  private static boolean waits(CountDownLatch latch) {
    try {
      return latch.await(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      return false;
    }
  }

  @ParameterizedTest
  @EnumSource
  void eachActivationGetsToItsVectors(Kind kind) {
    ActivationSet set = new VectorActivationSet();
    for (Pass pass : List.of(Pass.FORWARD, Pass.BACKWARD_DATA)) {
      Warming<ActivationLoops> loops = set.loops(kind, pass);
      loops.current();
      loops.current();
      WarmUp.OF_PROCESS.await();
      assertThat(loops.current()).isInstanceOf(VectorActivationLoops.class);
    }
  }

  @Test
  void eachOptimizerGetsToItsVectorsBeforeADeviceHasSettled() {
    Simd simd = VectorSimd.preferred();
    DeviceInfo info = new DeviceInfo("cpu", "cpu", DeviceInfo.Kind.CPU, "test", "test", 0, null);
    try (Device device = new CpuDevice(info, simd, 1, HostMemory.ofThisMachine())) {
      for (Warming<UpdateLoops> loops : List.of(simd.adam(), simd.sgd(), simd.rmsProp())) {
        loops.current();
        loops.current();
        device.settle();
        assertThat(loops.current()).isInstanceOf(VectorUpdateLoops.class);
      }
    }
  }
}
