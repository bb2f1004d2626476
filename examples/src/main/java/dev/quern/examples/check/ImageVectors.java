package dev.quern.examples.check;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Layout;
import dev.quern.kernels.MaxPool2d;
import dev.quern.kernels.Precision;

/** Convolution and pooling vectors. */
final class ImageVectors {
  private ImageVectors() {}

  static VectorAnswer conv2d(Device device, VectorCase vector, Precision precision) {
    Conv2d.Spec spec = conv2dSpec(vector, precision);
    VectorAnswer answer = new VectorAnswer(spec);
    try (DeviceRun run = new DeviceRun(device)) {
      Conv2d kernel = run.prepare(spec);
      Stream stream = run.stream();
      DeviceBuffer x = run.upload("x", vector.get("x"));
      DeviceBuffer w = run.upload("w", vector.get("w"));
      DeviceBuffer dy = run.upload("dy", vector.get("dy"));
      DeviceBuffer y = run.output("y", spec.outputs());
      DeviceBuffer dx = run.output("dx", spec.inputs());
      DeviceBuffer dw = run.output("dw", spec.weights());
      boolean biased = spec.epilogue().hasBias();
      DeviceBuffer b = biased ? run.upload("b", vector.get("b")) : null;
      kernel.forward(stream, x, w, b, y);
      kernel.backwardData(stream, dy, w, dx);
      kernel.backwardFilter(stream, x, dy, dw);
      answer.add("y", run.read(y)).add("dx", run.read(dx)).add("dw", run.read(dw));
      if (biased) {
        DeviceBuffer db = run.output("db", spec.k());
        kernel.backwardBias(stream, dy, db);
        answer.add("db", run.read(db));
      }
    }
    return answer;
  }

  private static Conv2d.Spec conv2dSpec(VectorCase vector, Precision precision) {
    JsonObject a = vector.attributes();
    Layout layout = layout(a);
    boolean nchw = layout == Layout.NCHW;
    if (!a.text("filter_layout").equals(nchw ? "OIHW" : "OHWI")) {
      throw new CheckException(
          "filters must be OIHW with NCHW images and OHWI with NHWC, but are %s with %s"
              .formatted(a.text("filter_layout"), layout));
    }
    int[] x = vector.image("x", nchw);
    int[] w = vector.image("w", nchw);
    int[] stride = a.wholes("stride", 2);
    int[] pads = a.wholes("pads", 4);
    int[] dilation = a.wholes("dilation", 2);
    Conv2d.Spec spec =
        Conv2d.builder()
            .layout(layout)
            .input(x[0], x[1], x[2], x[3])
            .filters(w[0], w[2], w[3])
            .stride(stride[0], stride[1])
            .padding(pads[0], pads[1], pads[2], pads[3])
            .dilation(dilation[0], dilation[1])
            .groups(a.whole("groups"))
            .epilogue(a.flag("bias") ? Epilogue.BIAS : Epilogue.NONE)
            .precision(precision)
            .build();
    if (w[1] * spec.groups() != spec.c()) {
      throw new CheckException(
          "filters of %d channels in %d groups do not fit images of %d channels"
              .formatted(w[1], spec.groups(), spec.c()));
    }
    return spec;
  }

  static VectorAnswer maxPool(Device device, VectorCase vector) {
    MaxPool2d.Spec spec = maxPoolSpec(vector);
    try (DeviceRun run = new DeviceRun(device)) {
      MaxPool2d kernel = run.prepare(spec);
      DeviceBuffer x = run.upload("x", vector.get("x"));
      DeviceBuffer dy = run.upload("dy", vector.get("dy"));
      DeviceBuffer y = run.output("y", spec.outputs());
      DeviceBuffer argmax = run.intOutput("argmax", spec.outputs());
      DeviceBuffer dx = run.output("dx", spec.inputs());
      kernel.forward(run.stream(), x, y, argmax);
      kernel.backward(run.stream(), y, argmax, dy, dx);
      return new VectorAnswer(spec)
          .add("y", run.read(y))
          .add("argmax", run.readInts(argmax))
          .add("dx", run.read(dx));
    }
  }

  private static MaxPool2d.Spec maxPoolSpec(VectorCase vector) {
    JsonObject a = vector.attributes();
    Layout layout = layout(a);
    int[] x = vector.image("x", layout == Layout.NCHW);
    int[] window = a.wholes("kernel", 2);
    int[] stride = a.wholes("stride", 2);
    int[] pads = a.wholes("pads", 4);
    int[] dilation = a.wholes("dilation", 2);
    return MaxPool2d.builder()
        .layout(layout)
        .input(x[0], x[1], x[2], x[3])
        .window(window[0], window[1])
        .stride(stride[0], stride[1])
        .padding(pads[0], pads[1], pads[2], pads[3])
        .dilation(dilation[0], dilation[1])
        .ceilMode(a.flag("ceil_mode"))
        .build();
  }

  private static Layout layout(JsonObject attributes) {
    String name = attributes.text("layout");
    return switch (name) {
      case "NCHW" -> Layout.NCHW;
      case "NHWC" -> Layout.NHWC;
      default -> throw new CheckException("the layout must be NCHW or NHWC, but is " + name);
    };
  }
}
