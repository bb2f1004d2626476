package dev.quern.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.quern.core.Kernel;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.Layout;
import dev.quern.kernels.OpSpec;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Cases;
import dev.quern.kernels.cases.Fill;
import dev.quern.kernels.conformance.CaseRunner;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The GPU family on whatever device there is: every size of its blocks, whole ones and ones cut
 * short in all directions. The conformance suite's problems are too small for any but the smallest.
 * A backend's own class extends this and names the device.
 */
public abstract class BlocksConformance extends WithDialectDevice {
  private static final String LARGE = "blocks:128x128";
  private static final String MIDDLE = "blocks:64x64";
  private static final String SMALL = "blocks:16x16";

  @TestFactory
  Stream<DynamicTest> products() {
    return Stream.of(
        check(LARGE, gemm(256, 128, 64).build()),
        check(LARGE, gemm(257, 131, 19).epilogue(Epilogue.BIAS_RELU).build()),
        check(LARGE, gemm(131, 257, 19).transposed(true, false).scale(0.5f, 2).build()),
        check(LARGE, gemm(131, 129, 19).transposed(false, true).build()),
        check(MIDDLE, gemm(64, 64, 64).build()),
        check(MIDDLE, gemm(67, 65, 19).epilogue(Epilogue.BIAS_RELU).build()),
        check(MIDDLE, gemm(67, 97, 19).transposed(true, false).scale(0.5f, 2).build()),
        check(MIDDLE, gemm(67, 79, 19).transposed(false, true).build()),
        check(SMALL, gemm(33, 15, 19).build()));
  }

  @TestFactory
  Stream<DynamicTest> convolutions() {
    int units = device().traits().units();
    return Stream.of(
        check(LARGE, Conv2d.builder().input(2 * units, 3, 13, 14).filters(130, 3, 3).build()),
        check(
            MIDDLE,
            Conv2d.builder()
                .layout(Layout.NCHW)
                .input(2 * units, 5, 9, 10)
                .filters(66, 3, 3)
                .padding(1, 1, 1, 1)
                .epilogue(Epilogue.BIAS_RELU)
                .build()));
  }

  private Gemm.Builder gemm(int m, int n, int k) {
    return repeated(device(), m, n, k);
  }

  /** A product repeated often enough to give every compute unit of a device its groups. */
  public static Gemm.Builder repeated(DialectDevice device, int m, int n, int k) {
    long a = (long) m * k;
    long b = (long) k * n;
    long c = (long) m * n;
    return Gemm.builder(m, n, k).batch(2 * device.traits().units(), a, b, c);
  }

  /** Asks for a family: then a device that does not use it is a failure, and no reason to skip. */
  private String familyProperty() {
    return "quern." + deviceId().split(":", 2)[0] + ".family";
  }

  private DynamicTest check(String blocks, OpSpec<?> spec) {
    Case<?> problem = Cases.of(spec, Fill.REAL);
    return dynamicTest(
        blocks + " " + problem,
        () -> {
          assumeTrue(
              "simt".equals(System.getProperty(familyProperty()))
                  || !device().traits().usesVectors(),
              "NOT TESTED: the GPU family is not this device's; -D" + familyProperty() + "=simt");
          try (Kernel kernel = device().prepare(spec)) {
            assertThat(kernel.implementation()).startsWith(blocks);
          }
          CaseRunner.checkAll(device(), problem);
        });
  }
}
