package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.DeviceInfo;
import dev.quern.core.Stream;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.reference.Bounded;
import dev.quern.kernels.reference.ReferenceConv2d;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** All three passes of a problem on drawn numbers. */
final class DrawnConvolution {
  private static final long SEED = 20261121;

  private final Conv2d.Spec spec;
  final String implementation;
  private final float[] input;
  private final float[] filters;
  private final float[] bias;
  private final float[] gradient;
  final float[] y;
  final float[] dx;
  final float[] dw;

  DrawnConvolution(Conv2d.Spec spec, int threads) {
    this(spec, threads, operands -> {});
  }

  /** Changes what was drawn: the input, the filters and the bias. */
  interface Change extends Consumer<List<float[]>> {}

  DrawnConvolution(Conv2d.Spec spec, int threads, Change change) {
    this.spec = spec;
    Random random = new Random(SEED);
    input = draw(random, spec.inputs());
    filters = draw(random, spec.weights());
    bias = draw(random, spec.k());
    gradient = draw(random, spec.outputs());
    change.accept(List.of(input, filters, bias));
    DeviceInfo info = new DeviceInfo("cpu", "cpu", DeviceInfo.Kind.CPU, "test", "test", 0, null);
    try (Device device = new CpuDevice(info, Simd.choose(), threads, HostMemory.ofThisMachine());
        Stream stream = device.newStream();
        Conv2d conv = device.prepare(spec);
        Arena arena = device.newArena("test", 64 << 20)) {
      stream.reserveWorkspace(conv.workspaceBytes());
      implementation = conv.implementation();
      DeviceBuffer x = buffer(stream, arena, input);
      DeviceBuffer w = buffer(stream, arena, filters);
      DeviceBuffer b = spec.epilogue().hasBias() ? buffer(stream, arena, bias) : null;
      DeviceBuffer dy = buffer(stream, arena, gradient);
      DeviceBuffer result = arena.allocate("y", DataType.FLOAT32, spec.outputs());
      conv.forward(stream, x, w, b, result);
      y = stream.readFloats(result);
      result = arena.allocate("dx", DataType.FLOAT32, spec.inputs());
      conv.backwardData(stream, dy, w, result);
      dx = stream.readFloats(result);
      result = arena.allocate("dw", DataType.FLOAT32, spec.weights());
      conv.backwardFilter(stream, x, dy, result);
      dw = stream.readFloats(result);
    }
  }

  private static float[] draw(Random random, long count) {
    float[] numbers = new float[(int) count];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  private static DeviceBuffer buffer(Stream stream, Arena arena, float[] numbers) {
    DeviceBuffer buffer = arena.allocate("input", DataType.FLOAT32, numbers.length);
    stream.write(buffer, numbers);
    return buffer;
  }

  void requireWithin(double bound) {
    double[] x = Bounded.widen(input);
    double[] w = Bounded.widen(filters);
    double[] dy = Bounded.widen(gradient);
    double[] b = spec.epilogue().hasBias() ? Bounded.widen(bias) : null;
    requireWithin("y", y, ReferenceConv2d.forward(spec, x, w, b), bound);
    requireWithin("dx", dx, ReferenceConv2d.backwardData(spec, dy, w), bound);
    requireWithin("dw", dw, ReferenceConv2d.backwardFilter(spec, x, dy), bound);
  }

  private void requireWithin(String role, float[] actual, Bounded expected, double bound) {
    double largest = 0;
    double error = 0;
    for (int i = 0; i < actual.length; i++) {
      largest = Math.max(largest, Math.abs(expected.value(i)));
      error = Math.max(error, Math.abs(actual[i] - expected.value(i)));
    }
    assertThat(error / largest)
        .as("%s of %s by %s, seed %d", role, spec.describe(), implementation, SEED)
        .isLessThan(bound);
  }
}
