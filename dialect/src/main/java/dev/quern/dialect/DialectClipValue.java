package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.ClipValue;
import java.util.List;

/** Clipping by value, bound by memory. */
public final class DialectClipValue extends ClipValue {
  private final Parts parts;
  private final Launch clip;
  private final String implementation;

  /**
   * Prepares it. The kernel closes its parts; if this fails, the caller does.
   *
   * @throws dev.quern.core.UnsupportedSpecException if it has 2^31 elements or more
   */
  public DialectClipValue(Parts parts, Spec spec) {
    super(parts.device(), spec);
    this.parts = parts;
    int count = parts.requireInt(spec, "x", spec.count());
    Spans spans = parts.spans();
    Program program = parts.program(List.of("clip_value.cl"), "SPAN=" + spans.elements());
    clip =
        parts.launch(program, "clip_value", spans.over(count), 2, count, spec.least(), spec.most());
    implementation = spans.name() + ":elements";
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  protected void runClip(Stream stream, DeviceBuffer x, DeviceBuffer y) {
    clip.buffer(0, x).buffer(1, y).run(stream);
  }

  @Override
  protected void release() {
    parts.close();
  }
}
