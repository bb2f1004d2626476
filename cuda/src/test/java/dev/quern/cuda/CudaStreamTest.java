package dev.quern.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Replay;
import dev.quern.core.Stream;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.conformance.DeviceUnderTest;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Work beside other work, which the suite of all backends does not have. */
final class CudaStreamTest {
  private static final int SIZE = 16;
  private static final int ELEMENTS = SIZE * SIZE;

  static {
    ImitatedCuda.install();
  }

  /** Two products beside each other, and one of both, as they are and recorded. */
  @Test
  void whatJoinsWaitsForWhatIsBeside() {
    try (DeviceUnderTest found = DeviceUnderTest.find("cuda:0")) {
      Device device = found.get();
      try (Arena arena = device.newArena("matrices", 4 * Arena.footprint(DataType.FLOAT32, 256));
          Stream stream = device.newStream();
          Gemm gemm = device.prepare(Gemm.builder(SIZE, SIZE, SIZE).build())) {
        stream.reserveWorkspace(gemm.workspaceBytes());
        DeviceBuffer ones = arena.allocate("ones", DataType.FLOAT32, ELEMENTS);
        DeviceBuffer beside = arena.allocate("beside", DataType.FLOAT32, ELEMENTS);
        DeviceBuffer after = arena.allocate("after", DataType.FLOAT32, ELEMENTS);
        DeviceBuffer both = arena.allocate("both", DataType.FLOAT32, ELEMENTS);
        float[] values = new float[ELEMENTS];
        Arrays.fill(values, 1);
        stream.write(ones, values);
        Consumer<Stream> side = s -> gemm.run(s, ones, ones, null, beside);
        Runnable body =
            () -> {
              stream.beside(side);
              gemm.run(stream, ones, ones, null, after);
              stream.join();
              gemm.run(stream, beside, after, null, both);
            };
        body.run();
        assertThat(stream.readFloats(both)).containsOnly((float) SIZE * SIZE * SIZE);
        try (Replay replay = stream.record("two at once", body)) {
          for (DeviceBuffer result : new DeviceBuffer[] {beside, after, both}) {
            stream.clear(result);
          }
          replay.launch();
          assertThat(stream.readFloats(both)).containsOnly((float) SIZE * SIZE * SIZE);
        }
      }
    }
  }
}
