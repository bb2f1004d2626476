package dev.quern.examples.check;

import dev.quern.core.DeviceBuffer;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Layout;
import dev.quern.kernels.MaxPool2d;
import java.util.Arrays;
import java.util.List;

/** ONNX operators on images. */
final class OnnxImages {
  private OnnxImages() {}

  static List<Tensor> conv(OnnxCall call) {
    OnnxNode node = call.node();
    node.requireOnly("auto_pad", "dilations", "group", "kernel_shape", "pads", "strides");
    Tensor image = call.floats(0);
    Tensor filters = call.floats(1);
    if (filters.rank() != image.rank() || image.rank() < 3) {
      throw node.wrong("images of %s do not go with filters of %s".formatted(image, filters));
    }
    int[] filter = Arrays.copyOfRange(filters.shape(), 2, filters.rank());
    OnnxWindows windows = new OnnxWindows(node, image, filter).planar(node);
    Tensor bias = call.optional(2) == null ? null : call.floats(2);
    Conv2d.Spec spec =
        spec(node, OnnxWindows.planarImage(image), filters.extent(0), windows, bias != null);
    if (filters.extent(1) * spec.groups() != spec.c()) {
      throw node.wrong(
          "images of %s do not go with filters of %s in %d groups"
              .formatted(image, filters, spec.groups()));
    }
    try (DeviceRun run = new DeviceRun(call.device())) {
      Conv2d kernel = run.prepare(spec);
      DeviceBuffer x = run.upload("x", image);
      DeviceBuffer w = run.upload("w", filters);
      DeviceBuffer b = bias == null ? null : run.upload("b", bias);
      DeviceBuffer y = run.output("y", spec.outputs());
      kernel.forward(run.stream(), x, w, b, y);
      int[] shape = outputShape(image, spec.k(), spec.p(), spec.q());
      return List.of(Tensor.of(shape, run.read(y)));
    }
  }

  private static Conv2d.Spec spec(
      OnnxNode node, Tensor image, int filters, OnnxWindows windows, boolean biased) {
    int[] x = image.shape();
    int[] pads = windows.pads();
    return Conv2d.builder()
        .layout(Layout.NCHW)
        .input(x[0], x[1], x[2], x[3])
        .filters(filters, windows.window()[0], windows.window()[1])
        .stride(windows.strides()[0], windows.strides()[1])
        .dilation(windows.dilations()[0], windows.dilations()[1])
        .padding(pads[0], pads[1], pads[2], pads[3])
        .groups(node.integer("group", 1))
        .epilogue(Epilogue.of(biased, false))
        .build();
  }

  private static int[] outputShape(Tensor image, int channels, int height, int width) {
    return image.rank() == 3
        ? new int[] {image.extent(0), channels, width}
        : new int[] {image.extent(0), channels, height, width};
  }

  static List<Tensor> maxPool(OnnxCall call) {
    OnnxNode node = call.node();
    node.requireOnly(
        "auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "storage_order", "strides");
    return maxPool(call, image(call), new OnnxWindows(node, image(call), null).planar(node));
  }

  static List<Tensor> globalMaxPool(OnnxCall call) {
    OnnxNode node = call.node();
    node.requireOnly();
    Tensor image = image(call);
    int[] maxima = image.shape().clone();
    Arrays.fill(maxima, Math.min(2, maxima.length), maxima.length, 1);
    if (image.rank() > 4) { // one window: the order of its pixels is all one
      int[] s = image.shape();
      int pixels = Math.toIntExact(Tensor.count(Arrays.copyOfRange(s, 2, s.length)));
      image = image.reshape(s[0], s[1], 1, pixels);
    }
    OnnxWindows window = OnnxWindows.whole(node, image).planar(node);
    return List.of(maxPool(call, image, window).get(0).reshape(maxima));
  }

  /** Bytes are exact as floats, so images of bytes can be pooled as well. */
  private static Tensor image(OnnxCall call) {
    return call.input(0).type() == ElementType.UINT8 ? call.input(0) : call.floats(0);
  }

  private static List<Tensor> maxPool(OnnxCall call, Tensor image, OnnxWindows windows) {
    int[] x = OnnxWindows.planarImage(image).shape();
    int[] pads = windows.pads();
    MaxPool2d.Spec spec =
        MaxPool2d.builder()
            .layout(Layout.NCHW)
            .input(x[0], x[1], x[2], x[3])
            .window(windows.window()[0], windows.window()[1])
            .stride(windows.strides()[0], windows.strides()[1])
            .dilation(windows.dilations()[0], windows.dilations()[1])
            .padding(pads[0], pads[1], pads[2], pads[3])
            .ceilMode(call.node().flag("ceil_mode"))
            .build();
    try (DeviceRun run = new DeviceRun(call.device())) {
      MaxPool2d kernel = run.prepare(spec);
      DeviceBuffer y = run.output("y", spec.outputs());
      DeviceBuffer argmax = run.intOutput("argmax", spec.outputs());
      kernel.forward(run.stream(), run.upload("x", image), y, argmax);
      int[] shape = outputShape(image, spec.c(), spec.p(), spec.q());
      Tensor maxima = Tensor.of(shape, run.read(y)).as(image.type());
      boolean columns = call.node().flag("storage_order");
      double[] indices = indices(spec, run.readInts(argmax), columns);
      return List.of(maxima, new Tensor(ElementType.INT64, shape, indices));
    }
  }

  /** Positions in the whole tensor; within a plane column by column if asked for. */
  private static double[] indices(MaxPool2d.Spec spec, int[] argmax, boolean columns) {
    double[] indices = new double[argmax.length];
    int plane = spec.h() * spec.w();
    for (int i = 0; i < indices.length; i++) {
      int row = argmax[i] / spec.w();
      int column = argmax[i] % spec.w();
      int image = i / (spec.p() * spec.q());
      indices[i] = (double) image * plane + (columns ? column * spec.h() + row : argmax[i]);
    }
    return indices;
  }
}
