package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.Activation;
import java.util.List;

/** Activations, a program for each kind. */
public final class DialectActivation extends Activation {
  private final Parts parts;
  private final Launch forward;
  private final Launch backward;
  private final String implementation;

  /**
   * Prepares it. The kernel closes its parts; if this fails, the caller does.
   *
   * @throws dev.quern.core.UnsupportedSpecException if it has 2^31 elements or more
   */
  public DialectActivation(Parts parts, Spec spec) {
    super(parts.device(), spec);
    this.parts = parts;
    int count = parts.requireInt(spec, "x", spec.count());
    Spans spans = parts.spans();
    Program program =
        parts.program(
            List.of("activation.cl"),
            "SPAN=" + spans.elements(),
            "KIND=KIND_" + spec.kind().name());
    Range range = spans.over(count);
    forward = parts.launch(program, "activation", range, 2, count, spec.alpha());
    backward = parts.launch(program, "activation_gradient", range, 3, count, spec.alpha());
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
  protected void runBackward(Stream stream, DeviceBuffer saved, DeviceBuffer dy, DeviceBuffer dx) {
    backward.buffer(0, saved).buffer(1, dy).buffer(2, dx).run(stream);
  }

  @Override
  protected void release() {
    parts.close();
  }
}
