package dev.quern.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.kernels.conformance.DeviceUnderTest;
import org.junit.jupiter.api.Test;

/** The calls that are measured, on libraries that refuse what is wrong with them. */
final class CallCostsTest {
  static {
    ImitatedCuda.install();
  }

  @Test
  void bothWaysWorkOnADevice() {
    try (DeviceUnderTest found = DeviceUnderTest.find("cuda:0")) {
      assertThat(found.get().id()).isEqualTo("cuda:0"); // skipped by now where there is none
      assumeTrue(
          CudaLibraries.ofThisProcess().major() == CudaLibrary.OLDEST_CUDA,
          "NOT TESTED: JCublas calls the cuBLAS of CUDA 12 alone");
      try (CallCosts calls = new CallCosts()) {
        assertThat(calls.contextJni()).isZero();
        assertThat(calls.contextForeign()).isZero();
        assertThat(calls.launchJni()).isZero();
        assertThat(calls.launchJniArray()).isZero();
        assertThat(calls.launchForeign()).isZero();
        calls.gemmJni();
        calls.gemmForeign();
        assertThatCode(calls::synchronize).doesNotThrowAnyException();
      }
    }
  }
}
