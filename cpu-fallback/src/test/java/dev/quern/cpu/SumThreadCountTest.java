package dev.quern.cpu;

import static dev.quern.cpu.ThreadCounts.requireSame;

import dev.quern.core.DeviceBuffer;
import dev.quern.kernels.BatchNorm;
import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.DenseLoss;
import dev.quern.kernels.Softmax;
import dev.quern.kernels.SoftmaxCrossEntropy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Sums over channels and rows, and what is made of them, give the same bits on any number of
 * threads.
 */
final class SumThreadCountTest {
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
}
