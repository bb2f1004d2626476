package dev.quern.cpu;

import static dev.quern.cpu.ThreadCounts.requireSame;

import dev.quern.core.DataType;
import dev.quern.core.DeviceBuffer;
import dev.quern.kernels.Activation;
import dev.quern.kernels.Adam;
import dev.quern.kernels.Add;
import dev.quern.kernels.ClipNorm;
import dev.quern.kernels.ClipValue;
import dev.quern.kernels.Dropout;
import dev.quern.kernels.GatherBatch;
import dev.quern.kernels.Relu;
import dev.quern.kernels.RmsProp;
import dev.quern.kernels.Sgd;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Loops over elements and rows give the same bits on any number of threads. */
final class ElementThreadCountTest {
  private static final int COUNT = 200_003;

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
}
