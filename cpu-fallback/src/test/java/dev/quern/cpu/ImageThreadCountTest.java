package dev.quern.cpu;

import static dev.quern.cpu.ThreadCounts.requireSame;

import dev.quern.core.DeviceBuffer;
import dev.quern.kernels.Augment;
import dev.quern.kernels.AveragePool2d;
import dev.quern.kernels.AveragePool2dBuilder;
import dev.quern.kernels.Layout;
import dev.quern.kernels.MaxPool2d;
import org.junit.jupiter.api.Test;

/** Pools and augmented images give the same bits on any number of threads. */
final class ImageThreadCountTest {
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
}
