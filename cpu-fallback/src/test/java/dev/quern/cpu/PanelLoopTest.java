package dev.quern.cpu;

import static dev.quern.cpu.ThreadCounts.requireSame;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.DeviceInfo;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Gemm;
import org.junit.jupiter.api.Test;

/** Workers that pack panels for themselves. */
final class PanelLoopTest {
  private static final Gemm.Spec TRANSPOSED =
      Gemm.builder(150, 256, 300).transposed(false, true).build();

  @Test
  void productsAreTheSameOnAnyNumberOfThreads() {
    requireSame(
        bench -> {
          DeviceBuffer a = bench.floats(150 * 300);
          DeviceBuffer b = bench.floats(256 * 300);
          try (Gemm gemm = bench.device.prepare(TRANSPOSED)) {
            bench.stream.reserveWorkspace(gemm.workspaceBytes());
            gemm.run(bench.stream, a, b, null, bench.output(150 * 256));
          }
        });
  }

  @Test
  void convolutionsAreTheSameOnAnyNumberOfThreads() {
    Conv2d.Spec spec =
        Conv2d.builder()
            .input(5, 128, 9, 8)
            .filters(256, 3, 3)
            .stride(2, 2)
            .padding(1, 1, 1, 1)
            .build();
    requireSame(
        bench -> {
          DeviceBuffer x = bench.floats(Math.toIntExact(spec.inputs()));
          DeviceBuffer w = bench.floats(256 * 9 * 128);
          DeviceBuffer y = bench.output(Math.toIntExact(spec.outputs()));
          DeviceBuffer dx = bench.output(Math.toIntExact(spec.inputs()));
          try (Conv2d conv = bench.device.prepare(spec)) {
            bench.stream.reserveWorkspace(conv.workspaceBytes());
            conv.forward(bench.stream, x, w, null, y);
            conv.backwardData(bench.stream, y, w, dx);
          }
        });
  }

  /** A panel of the run before is not taken for one of this run. */
  @Test
  void packsAnewInEachRun() {
    requireSame(
        bench -> {
          DeviceBuffer a = bench.floats(150 * 300);
          DeviceBuffer zeros = bench.floats(256 * 300);
          DeviceBuffer b = bench.floats(256 * 300);
          bench.stream.clear(zeros);
          DeviceBuffer c = bench.output(150 * 256);
          try (Gemm gemm = bench.device.prepare(TRANSPOSED)) {
            bench.stream.reserveWorkspace(gemm.workspaceBytes());
            gemm.run(bench.stream, a, b, null, c);
            assertThat(bench.stream.readFloats(c)).doesNotContain(0);
            gemm.run(bench.stream, a, zeros, null, c);
            assertThat(bench.stream.readFloats(c)).containsOnly(0);
            gemm.run(bench.stream, a, b, null, c);
          }
        });
  }

  /** Sums of a hundred thousand products: a panel for each of many workers would be too much. */
  @Test
  void longPanelsArePackedForAllWorkersTogether() {
    int k = 100_000;
    Gemm.Spec spec = Gemm.builder(8, 256, k).transposed(false, true).scale(1, 1).build();
    DeviceInfo info = new DeviceInfo("cpu", "cpu", DeviceInfo.Kind.CPU, "test", "test", 0, null);
    try (CpuDevice device =
            new CpuDevice(info, VectorSimd.preferred(), 64, HostMemory.ofThisMachine());
        Gemm gemm = device.prepare(spec)) {
      assertThat(gemm.workspaceBytes()).isLessThan(2L * 256 * k * Float.BYTES);
    }
  }
}
