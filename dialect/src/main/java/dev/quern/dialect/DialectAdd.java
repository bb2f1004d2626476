package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.Add;
import java.util.List;

/** Sums, bound by memory. */
public final class DialectAdd extends Add {
  private final Parts parts;
  private final Launch forward;
  private final String implementation;

  /**
   * Prepares it. The kernel closes its parts; if this fails, the caller does.
   *
   * @throws dev.quern.core.UnsupportedSpecException if it has 2^31 elements or more
   */
  public DialectAdd(Parts parts, Spec spec) {
    super(parts.device(), spec);
    this.parts = parts;
    int count = parts.requireInt(spec, "y", spec.count());
    Spans spans = parts.spans();
    Program program = parts.program(List.of("add.cl"), "SPAN=" + spans.elements());
    forward = parts.launch(program, "add", spans.over(count), 3, count);
    implementation = spans.name() + ":elements";
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  protected void runForward(Stream stream, DeviceBuffer a, DeviceBuffer b, DeviceBuffer y) {
    forward.buffer(0, a).buffer(1, b).buffer(2, y).run(stream);
  }

  @Override
  protected void release() {
    parts.close();
  }
}
