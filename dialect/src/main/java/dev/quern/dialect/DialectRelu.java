package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.Relu;
import java.util.List;

/** ReLU, bound by memory in both passes. */
public final class DialectRelu extends Relu {
  private final Parts parts;
  private final Launch forward;
  private final Launch backward;
  private final String implementation;

  /**
   * Prepares it. The kernel closes its parts; if this fails, the caller does.
   *
   * @throws dev.quern.core.UnsupportedSpecException if it has 2^31 elements or more
   */
  public DialectRelu(Parts parts, Spec spec) {
    super(parts.device(), spec);
    this.parts = parts;
    int count = parts.requireInt(spec, "x", spec.count());
    Spans spans = parts.spans();
    Program program = parts.program(List.of("relu.cl"), "SPAN=" + spans.elements());
    forward = parts.launch(program, "relu", spans.over(count), 2, count);
    backward = parts.launch(program, "relu_gradient", spans.over(count), 3, count);
    implementation = spans.name() + ":elements";
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  protected void runForward(Stream stream, DeviceBuffer x, DeviceBuffer y) {
    forward.buffer(0, x).buffer(1, y).run(stream);
  }

  @Override
  protected void runBackward(Stream stream, DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx) {
    backward.buffer(0, y).buffer(1, dy).buffer(2, dx).run(stream);
  }

  @Override
  protected void release() {
    parts.close();
  }
}
