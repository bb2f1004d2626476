package dev.quern.cpu;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.DeviceInfo;
import dev.quern.core.Stream;
import dev.quern.kernels.GatherBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Results are to be the same bits on any number of threads, on problems large enough to be shared.
 */
final class ThreadCounts {
  private ThreadCounts() {}

  /** Puts the outputs of some kernels together. */
  interface Work {
    void run(Bench bench);
  }

  static void requireSame(Work work) {
    for (Simd simd : List.of(VectorSimd.preferred(), Simd.scalar())) {
      List<float[]> expected = results(work, simd, 1);
      for (int threads : new int[] {2, 3, 8}) {
        List<float[]> actual = results(work, simd, threads);
        for (int i = 0; i < expected.size(); i++) {
          String what = "output %d on %d threads, %s".formatted(i, threads, simd.description());
          Loops.requireSame(actual.get(i), expected.get(i), what);
        }
      }
    }
  }

  private static List<float[]> results(Work work, Simd simd, int threads) {
    DeviceInfo info = new DeviceInfo("cpu", "cpu", DeviceInfo.Kind.CPU, "test", "test", 0, null);
    try (CpuDevice device = new CpuDevice(info, simd, threads, HostMemory.ofThisMachine())) {
      Bench bench = new Bench(device);
      work.run(bench);
      return bench.results();
    }
  }

  /** A device with memory full of random numbers, the same ones each time. */
  static final class Bench {
    final CpuDevice device;
    final Stream stream;
    private final Arena arena;
    private final Random random = new Random(1);
    private final List<DeviceBuffer> outputs = new ArrayList<>();

    Bench(CpuDevice device) {
      this.device = device;
      stream = device.newStream();
      arena = device.newArena("test", 16 << 20);
    }

    DeviceBuffer floats(int count) {
      DeviceBuffer buffer = arena.allocate("floats", DataType.FLOAT32, count);
      stream.write(buffer, GuardedMemory.random(random, count));
      return buffer;
    }

    DeviceBuffer ints(int count, int bound) {
      DeviceBuffer buffer = arena.allocate("ints", DataType.INT32, count);
      stream.write(buffer, random.ints(count, 0, bound).toArray());
      return buffer;
    }

    /** Labels of which every fourth is ignored. */
    DeviceBuffer labels(int count) {
      DeviceBuffer buffer = arena.allocate("labels", DataType.INT32, count);
      stream.write(buffer, random.ints(count, GatherBatch.IGNORED, 3).toArray());
      return buffer;
    }

    DeviceBuffer output(int count) {
      DeviceBuffer buffer = arena.allocate("output", DataType.FLOAT32, count);
      outputs.add(buffer);
      return buffer;
    }

    List<float[]> results() {
      return outputs.stream().map(stream::readFloats).toList();
    }
  }
}
