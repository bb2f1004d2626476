package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.Softmax;
import java.util.List;

/** Softmax by rows: a row a work-item on CPUs, a row a group on GPUs. */
public final class DialectSoftmax extends Softmax {
  private final Parts parts;
  private final Launch forward;
  private final Launch backward;
  private final String implementation;

  /**
   * Prepares it. The kernel closes its parts; if this fails, the caller does.
   *
   * @throws dev.quern.core.UnsupportedSpecException if it has 2^31 elements or more
   */
  public DialectSoftmax(Parts parts, Spec spec) {
    super(parts.device(), spec);
    this.parts = parts;
    parts.requireInt(spec, "x", spec.count());
    Spans spans = parts.spans();
    int items = spans.rowItems(spec.classes());
    Program program =
        parts.program(
            List.of("softmax.cl"), "ROW_ITEMS=" + items, "LOGARITHM=" + (spec.logarithm() ? 1 : 0));
    Range range = Range.groups(spec.rows(), items);
    forward = parts.launch(program, "softmax", range, 2, spec.rows(), spec.classes());
    backward = parts.launch(program, "softmax_gradient", range, 3, spec.rows(), spec.classes());
    implementation = spans.name() + ":rows";
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
