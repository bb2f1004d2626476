package dev.quern.cpu;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.DeviceInfo;
import dev.quern.core.Stream;
import dev.quern.kernels.Activation;
import dev.quern.kernels.Adam;
import dev.quern.kernels.Add;
import dev.quern.kernels.Augment;
import dev.quern.kernels.AveragePool2d;
import dev.quern.kernels.AveragePool2dBuilder;
import dev.quern.kernels.BatchNorm;
import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.ClipNorm;
import dev.quern.kernels.ClipValue;
import dev.quern.kernels.DenseLoss;
import dev.quern.kernels.Dropout;
import dev.quern.kernels.GatherBatch;
import dev.quern.kernels.Layout;
import dev.quern.kernels.MaxPool2d;
import dev.quern.kernels.Relu;
import dev.quern.kernels.RmsProp;
import dev.quern.kernels.Sgd;
import dev.quern.kernels.Softmax;
import dev.quern.kernels.SoftmaxCrossEntropy;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Results are the same bits on any number of threads, on problems large enough to be shared. */
final class ThreadCountTest {
  private static final int COUNT = 200_003;

  /** Puts the outputs of some kernels together. */
  private interface Work {
    void run(Bench bench);
  }

  @Test
  void elementsAreTheSame() {
    requireSame(
        bench -> {
          DeviceBuffer x = bench.floats(COUNT);
          DeviceBuffer dy = bench.floats(COUNT);
          DeviceBuffer step = bench.ints(1, 5);
          DeviceBuffer y = bench.output(COUNT);
          DeviceBuffer dx = bench.output(COUNT);
          DeviceBuffer dropped = bench.output(COUNT);
          DeviceBuffer sum = bench.output(COUNT);
          try (Relu relu = bench.device.prepare(new Relu.Spec(COUNT));
              Add add = bench.device.prepare(new Add.Spec(COUNT));
              Dropout dropout = bench.device.prepare(new Dropout.Spec(COUNT, 0.3f, 11))) {
            relu.forward(bench.stream, x, y);
            relu.backward(bench.stream, y, dy, dx);
            add.forward(bench.stream, x, dy, sum);
            dropout.forward(bench.stream, x, step, dropped);
          }
        });
  }

  @Test
  void activationsAreTheSame() {
    for (Activation.Kind kind : Activation.Kind.values()) {
      requireSame(
          bench -> {
            DeviceBuffer x = bench.floats(COUNT);
            DeviceBuffer y = bench.output(COUNT);
            DeviceBuffer dx = bench.output(COUNT);
            Activation.Spec spec = new Activation.Spec(kind, COUNT, kind.hasAlpha() ? 0.3f : 0);
            try (Activation activation = bench.device.prepare(spec)) {
              activation.forward(bench.stream, x, y);
              activation.backward(bench.stream, kind.savesInput() ? x : y, x, dx);
            }
          });
    }
  }

  @Test
  void clippingIsTheSame() {
    requireSame(
        bench -> {
          DeviceBuffer x = bench.floats(COUNT);
          DeviceBuffer y = bench.output(COUNT);
          try (ClipValue value = bench.device.prepare(new ClipValue.Spec(COUNT, -1, 3));
              ClipNorm norm = bench.device.prepare(new ClipNorm.Spec(COUNT, 0.5f))) {
            bench.stream.reserveWorkspace(norm.workspaceBytes());
            value.run(bench.stream, x, y);
            norm.run(bench.stream, y);
          }
        });
  }

  @Test
  void optimizersAreTheSame() {
    requireSame(
        bench -> {
          DeviceBuffer p = bench.output(COUNT);
          DeviceBuffer m = bench.output(COUNT);
          DeviceBuffer v = bench.output(COUNT);
          DeviceBuffer velocity = bench.output(COUNT);
          DeviceBuffer g = bench.floats(COUNT);
          DeviceBuffer step = bench.ints(1, 1);
          DeviceBuffer rate = bench.floats(1);
          for (DeviceBuffer state : List.of(p, m, v, velocity)) {
            bench.stream.clear(state);
          }
          try (Adam adam = bench.device.prepare(new Adam.Spec(COUNT));
              RmsProp rmsProp = bench.device.prepare(new RmsProp.Spec(COUNT));
              Sgd sgd = bench.device.prepare(new Sgd.Spec(COUNT, 0.9f, true, 0.1f))) {
            for (int i = 0; i < 3; i++) {
              adam.update(bench.stream, p, g, m, v, step, rate);
              sgd.update(bench.stream, p, g, velocity, step, rate);
              rmsProp.update(bench.stream, p, g, v, m, step, rate);
            }
          }
        });
  }

  @Test
  void biasesAreTheSame() {
    for (BiasAdd.Spec spec :
        List.of(
            new BiasAdd.Spec(4001, 50),
            new BiasAdd.Spec(200_003, 1),
            new BiasAdd.Spec(11, 7, 3000))) {
      requireSame(
          bench -> {
            DeviceBuffer x = bench.floats((int) spec.count());
            DeviceBuffer b = bench.floats(spec.channels());
            DeviceBuffer y = bench.output((int) spec.count());
            DeviceBuffer db = bench.output(spec.channels());
            try (BiasAdd bias = bench.device.prepare(spec)) {
              bench.stream.reserveWorkspace(bias.workspaceBytes());
              bias.forward(bench.stream, x, b, y);
              bias.backward(bench.stream, x, db);
            }
          });
    }
  }

  @Test
  void normsAreTheSame() {
    for (BatchNorm.Spec spec :
        List.of(
            new BatchNorm.Spec(4004, 50, 44),
            new BatchNorm.Spec(200_003, 1, 0),
            new BatchNorm.Spec(330, 700, 33))) {
      requireSame(
          bench -> {
            DeviceBuffer x = bench.floats((int) spec.count());
            DeviceBuffer dy = bench.floats((int) spec.count());
            DeviceBuffer gamma = bench.floats(spec.channels());
            DeviceBuffer y = bench.output((int) spec.count());
            DeviceBuffer dx = bench.output((int) spec.count());
            List<DeviceBuffer> perChannel = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
              perChannel.add(bench.output(spec.channels()));
              bench.stream.clear(perChannel.get(i));
            }
            DeviceBuffer mean = perChannel.get(0);
            DeviceBuffer invStd = perChannel.get(1);
            DeviceBuffer labels = spec.batch() == 0 ? null : bench.labels(spec.batch());
            try (BatchNorm norm = bench.device.prepare(spec)) {
              bench.stream.reserveWorkspace(norm.workspaceBytes());
              norm.forward(
                  bench.stream,
                  x,
                  gamma,
                  gamma,
                  perChannel.get(2),
                  perChannel.get(3),
                  labels,
                  y,
                  mean,
                  invStd);
              norm.backward(
                  bench.stream,
                  x,
                  dy,
                  gamma,
                  mean,
                  invStd,
                  labels,
                  dx,
                  perChannel.get(4),
                  perChannel.get(5));
            }
          });
    }
  }

  @Test
  void softmaxesAreTheSame() {
    requireSame(
        bench -> {
          int rows = 301;
          int classes = 131;
          DeviceBuffer z = bench.floats(rows * classes);
          DeviceBuffer labels = bench.ints(rows, classes);
          DeviceBuffer p = bench.output(rows * classes);
          DeviceBuffer dz = bench.output(rows * classes);
          DeviceBuffer loss = bench.output(1);
          SoftmaxCrossEntropy.Spec spec =
              new SoftmaxCrossEntropy.Spec(rows, classes, SoftmaxCrossEntropy.Reduction.MEAN);
          try (Softmax softmax = bench.device.prepare(new Softmax.Spec(rows, classes));
              SoftmaxCrossEntropy ce = bench.device.prepare(spec)) {
            bench.stream.reserveWorkspace(ce.workspaceBytes());
            softmax.forward(bench.stream, z, p);
            ce.run(bench.stream, z, labels, null, loss, dz, null, null);
          }
        });
  }

  @Test
  void denseLossesAreTheSame() {
    for (DenseLoss.Kind kind : DenseLoss.Kind.values()) {
      requireSame(
          bench -> {
            int rows = 301;
            int outputs = 131;
            DeviceBuffer z = bench.floats(rows * outputs);
            DeviceBuffer targets = bench.floats(rows * outputs);
            DeviceBuffer labels = bench.ints(rows, outputs);
            DeviceBuffer dz = bench.output(rows * outputs);
            DeviceBuffer loss = bench.output(1);
            DenseLoss.Spec spec = new DenseLoss.Spec(kind, rows, outputs);
            try (DenseLoss kernel = bench.device.prepare(spec)) {
              bench.stream.reserveWorkspace(kernel.workspaceBytes());
              kernel.run(bench.stream, z, targets, labels, loss, dz, null, null);
            }
          });
    }
  }

  @Test
  void poolsAreTheSame() {
    for (Layout layout : Layout.values()) {
      MaxPool2d.Spec spec =
          MaxPool2d.builder()
              .layout(layout)
              .input(5, 24, 40, 40)
              .window(3, 3)
              .stride(2, 2)
              .padding(1, 1, 1, 1)
              .build();
      requireSame(
          bench -> {
            DeviceBuffer x = bench.floats((int) spec.inputs());
            DeviceBuffer dy = bench.floats((int) spec.outputs());
            DeviceBuffer argmax = bench.ints((int) spec.outputs(), 1);
            DeviceBuffer y = bench.output((int) spec.outputs());
            DeviceBuffer dx = bench.output((int) spec.inputs());
            try (MaxPool2d pool = bench.device.prepare(spec)) {
              pool.forward(bench.stream, x, y, argmax);
              pool.backward(bench.stream, y, argmax, dy, dx);
            }
          });
    }
  }

  @Test
  void averagesAreTheSame() {
    for (Layout layout : Layout.values()) {
      AveragePool2dBuilder images = AveragePool2d.builder().layout(layout).input(5, 200, 30, 30);
      requireSameAverages(images.build());
      requireSameAverages(images.window(30, 30).build());
      requireSameAverages(images.window(5, 5).stride(2, 2).padding(2, 2, 2, 2).build());
    }
  }

  private static void requireSameAverages(AveragePool2d.Spec spec) {
    requireSame(
        bench -> {
          DeviceBuffer x = bench.floats((int) spec.inputs());
          DeviceBuffer dy = bench.floats((int) spec.outputs());
          DeviceBuffer y = bench.output((int) spec.outputs());
          DeviceBuffer dx = bench.output((int) spec.inputs());
          try (AveragePool2d pool = bench.device.prepare(spec)) {
            pool.forward(bench.stream, x, y);
            pool.backward(bench.stream, dy, dx);
          }
        });
  }

  @Test
  void batchesAreTheSame() {
    int rows = 500;
    int elements = 1000;
    requireSame(
        bench -> {
          DeviceBuffer data = bench.floats(rows * elements);
          DeviceBuffer labels = bench.ints(rows, 10);
          DeviceBuffer indices = bench.ints(rows, rows);
          DeviceBuffer cursor = bench.ints(1, 1);
          DeviceBuffer x = bench.output(200 * elements);
          DeviceBuffer y = bench.ints(200, 1);
          GatherBatch.Spec spec =
              new GatherBatch.Spec(DataType.FLOAT32, rows, elements, rows, 200, 0.5f, 1);
          try (GatherBatch gather = bench.device.prepare(spec)) {
            gather.run(bench.stream, data, labels, indices, cursor, x, y);
          }
        });
  }

  @Test
  void picturesAreTheSame() {
    for (int channels : new int[] {1, 3}) {
      Augment.Spec spec =
          Augment.builder()
              .input(9, 70, 80, channels)
              .shift(0.2f, 0.2f)
              .rotation(0.5f)
              .flip(true, true)
              .brightness(0.1f)
              .cutout(0.3f)
              .build();
      requireSame(
          bench -> {
            DeviceBuffer x = bench.floats((int) spec.count());
            DeviceBuffer step = bench.ints(1, 5);
            DeviceBuffer y = bench.output((int) spec.count());
            try (Augment augment = bench.device.prepare(spec)) {
              bench.stream.reserveWorkspace(augment.workspaceBytes());
              augment.forward(bench.stream, x, step, y);
            }
          });
    }
  }

  private static void requireSame(Work work) {
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
  private static final class Bench {
    private final CpuDevice device;
    private final Stream stream;
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
