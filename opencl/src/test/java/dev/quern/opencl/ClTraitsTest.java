package dev.quern.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.BackendUnavailableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which family of kernels a device gets, and how wide its vectors are. */
final class ClTraitsTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "2, 1", "3, 1", "4, 4", "8, 8", "12, 8", "16, 16", "64, 16"})
  void processorsUseTheVectorsThatTheyHave(int nativeLanes, int lanes) {
    assertThat(ClTraits.lanes("", true, nativeLanes)).isEqualTo(lanes);
  }

  @ParameterizedTest
  @CsvSource({"1", "4", "16"})
  void workItemsAreTheLanesOfGpus(int nativeLanes) {
    assertThat(ClTraits.lanes("", false, nativeLanes)).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"1, 4", "2, 4", "4, 4", "8, 8", "64, 16"})
  void theVectorFamilyAlwaysHasVectors(int nativeLanes, int lanes) {
    assertThat(ClTraits.lanes("vector", true, nativeLanes)).isEqualTo(lanes);
    assertThat(ClTraits.lanes("vector", false, nativeLanes)).isEqualTo(lanes);
  }

  @Test
  void theGpuFamilyHasNone() {
    assertThat(ClTraits.lanes("simt", true, 16)).isEqualTo(1);
  }

  @Test
  void otherFamiliesAreRefused() {
    assertThatThrownBy(() -> ClTraits.lanes("Simt", true, 8))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessage("system property quern.opencl.family must be vector or simt, but is 'Simt'");
  }
}
