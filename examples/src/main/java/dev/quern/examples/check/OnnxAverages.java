package dev.quern.examples.check;

import dev.quern.core.DeviceBuffer;
import dev.quern.kernels.AveragePool2d;
import dev.quern.kernels.AveragePool2d.Divisor;
import dev.quern.kernels.Layout;
import java.util.Arrays;
import java.util.List;

/** ONNX operators that average over windows of images. */
final class OnnxAverages {
  private OnnxAverages() {}

  static List<Tensor> averagePool(OnnxCall call) {
    call.node()
        .requireOnly(
            "auto_pad",
            "ceil_mode",
            "count_include_pad",
            "dilations",
            "kernel_shape",
            "pads",
            "strides");
    Tensor image = call.floats(0);
    return List.of(pooled(call, image, new OnnxWindows(call.node(), image, null)));
  }

  static List<Tensor> globalAveragePool(OnnxCall call) {
    call.node().requireOnly();
    Tensor image = call.floats(0);
    return List.of(pooled(call, image, OnnxWindows.whole(call.node(), image)));
  }

  /**
   * The last two axes at once, then the others one by one: the average over a window is that of its
   * lines' averages, since what is counted along one axis is the same everywhere along the others.
   */
  private static Tensor pooled(OnnxCall call, Tensor image, OnnxWindows windows) {
    int[] shape = image.shape().clone();
    int last = shape.length - 1;
    int first = Math.max(2, last - 1);
    int height = first == last ? 1 : shape[first];
    OnnxWindows two = windows.lastTwo();
    AveragePool2d.Spec plane = spec(call, two, count(shape, 0, first), height, shape[last]);
    float[] values = run(call, plane, image.floats());
    shape[first] = plane.p();
    shape[last] = plane.q();
    for (int axis = first - 1; axis >= 2; axis--) {
      int behind = count(shape, axis + 1, shape.length);
      AveragePool2d.Spec line =
          spec(call, windows.alone(axis - 2), count(shape, 0, axis), shape[axis], behind);
      values = run(call, line, values);
      shape[axis] = line.p();
    }
    return Tensor.of(shape, values);
  }

  private static int count(int[] shape, int from, int to) {
    return Math.toIntExact(Tensor.count(Arrays.copyOfRange(shape, from, to)));
  }

  private static AveragePool2d.Spec spec(
      OnnxCall call, OnnxWindows windows, int planes, int height, int width) {
    int[] pads = windows.pads();
    boolean padding = call.node().flag("count_include_pad");
    return AveragePool2d.builder()
        .layout(Layout.NCHW)
        .input(planes, 1, height, width)
        .window(windows.window()[0], windows.window()[1])
        .stride(windows.strides()[0], windows.strides()[1])
        .dilation(windows.dilations()[0], windows.dilations()[1])
        .padding(pads[0], pads[1], pads[2], pads[3])
        .ceilMode(call.node().flag("ceil_mode"))
        .divisor(padding ? Divisor.WINDOW : Divisor.INSIDE)
        .build();
  }

  private static float[] run(OnnxCall call, AveragePool2d.Spec spec, float[] image) {
    try (DeviceRun run = new DeviceRun(call.device())) {
      AveragePool2d kernel = run.prepare(spec);
      DeviceBuffer y = run.output("y", spec.outputs());
      kernel.forward(run.stream(), run.upload("x", image), y);
      return run.read(y);
    }
  }
}
