package dev.quern.examples;

import dev.quern.core.AvailableDevice;
import dev.quern.core.BackendUnavailableException;
import dev.quern.core.Detection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * What is compared with the CPU: every other device of this machine; where {@code -Dquern.imitated}
 * says so, the device instead that cuda's tests make of NVIDIA's libraries.
 */
final class OtherDevices {
  private static final boolean IMITATED = Boolean.getBoolean("quern.imitated");
  private static final String CUDA = "cuda:0";

  private OtherDevices() {}

  /** One at least, or the test that asks is left out. */
  static List<AvailableDevice> all() {
    if (IMITATED) {
      return List.of(imitated());
    }
    List<AvailableDevice> others = new ArrayList<>(Detection.detect().devices());
    others.removeIf(device -> device.info().id().equals("cpu"));
    Assumptions.assumeFalse(
        others.isEmpty(), "NOT TESTED: this machine has one device; OpenCL would be another");
    return others;
  }

  private static AvailableDevice imitated() {
    Assumptions.assumeTrue(
        gxxIsHere(), "NOT TESTED: NVIDIA's libraries are imitated in C++, and there is no g++");
    try {
      return Detection.detect(CUDA).require(CUDA);
    } catch (BackendUnavailableException e) {
      throw new AssertionError(
          "the imitation, which cuda's tests build, cannot be used; -Dquern.skipReruns leaves this"
              + " out: "
              + e.getMessage(),
          e);
    }
  }

  private static boolean gxxIsHere() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .anyMatch(path -> Files.isExecutable(Path.of(path, "g++")));
  }
}
