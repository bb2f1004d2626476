package dev.quern.kernels.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.Device;
import dev.quern.core.Stream;
import dev.quern.core.UnsupportedSpecException;
import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.Relu;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Cases;
import dev.quern.kernels.cases.Fill;
import dev.quern.kernels.conformance.HeapDevice.Fault;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.opentest4j.TestAbortedException;

/** The suite passes a right backend, and catches every kind of wrong one. */
class SuiteTest {

  private static List<Case<?>> biasAdds() {
    return Cases.all().stream()
        .filter(c -> c.spec() instanceof BiasAdd.Spec s && s.count() < 10_000)
        .toList();
  }

  @Test
  void rightAnswersPass() {
    try (Device device = new HeapDevice(Fault.NONE)) {
      assertThat(biasAdds()).hasSizeGreaterThan(20);
      for (Case<?> problem : biasAdds()) {
        assertThatCode(() -> CaseRunner.checkAll(device, problem)).doesNotThrowAnyException();
      }
      assertThat(device.memory().liveBytes()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void everyFaultIsCaught(Fault fault) {
    String complaint =
        switch (fault) {
          case NONE -> throw new IllegalArgumentException();
          case WRITES_ZEROS, WRITES_ONE_NUMBER, IS_OFF_BY_A_THOUSANDTH, LEAVES_OUT_THE_LAST ->
              "elements are wrong";
          case WRITES_BEHIND_THE_END, WRITES_BEFORE_THE_START ->
              "memory outside the buffer was written";
          case CHANGES_AN_INPUT -> "an input was changed";
          case GIVES_OTHER_BITS_EACH_TIME -> "a second run gives other bits";
          case WORKS_WHILE_RECORDING -> "recording has already done the work";
          case FORGETS_TO_REPLAY -> "a replay gives other bits";
        };
    Case<?> problem = Cases.of(new BiasAdd.Spec(7, 17), Fill.REAL);
    try (Device device = new HeapDevice(fault)) {
      assertThatThrownBy(() -> CaseRunner.checkAll(device, problem))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining(complaint)
          .hasMessageContaining("bias-add/7x17 forward by heap:reference on heap")
          .hasMessageContaining("-Dquern.case='" + problem.name() + "'");
    }
  }

  @Test
  void wholeNumbersAllowNoErrorAtAll() {
    Case<?> problem = Cases.of(new BiasAdd.Spec(7, 17), Fill.WHOLE);
    try (Device device = new HeapDevice(Fault.GIVES_OTHER_BITS_EACH_TIME)) {
      // One unit in the last place, in the first run already.
      assertThatThrownBy(() -> CaseRunner.checkAll(device, problem))
          .hasMessageContaining("elements are wrong");
    }
  }

  @Test
  void allocationIsCaught() {
    Case<?> problem = Cases.of(new BiasAdd.Spec(7, 17), Fill.REAL);
    try (Device device = new HeapDevice(Fault.NONE);
        Stream stream = device.newStream();
        GuardedBuffers memory = new GuardedBuffers(stream)) {
      assertThatThrownBy(
              () ->
                  CaseRunner.forEachPass(
                      stream,
                      problem,
                      memory,
                      trial -> AllocationConformance.requireNoBytes(trial, 1_000_000)))
          .hasMessageContaining("still allocate");
    }
  }

  @Test
  void whatADeviceDoesNotOfferIsNoFailure() {
    try (Device device = new HeapDevice(Fault.NONE)) {
      Case<?> problem = Cases.of(new Relu.Spec(5), Fill.REAL);
      assertThatThrownBy(() -> CaseRunner.checkAll(device, problem))
          .isInstanceOf(UnsupportedSpecException.class);
    }
  }

  @Test
  void missingDeviceIsSkippedAloudUnlessRequired() {
    assertThatThrownBy(() -> DeviceUnderTest.find("nowhere:3", "cpu,opencl").get())
        .isInstanceOf(TestAbortedException.class)
        .hasMessageStartingWith("NOT TESTED: there is no device nowhere:3");
    assertThatThrownBy(() -> DeviceUnderTest.find("nowhere:3", "cpu,nowhere"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("-Dquern.require names nowhere");
  }
}
