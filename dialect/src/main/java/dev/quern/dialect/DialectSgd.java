package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.Sgd;
import java.util.List;

/** Gradient descent over all parameters in one launch, and one more that counts the step. */
public final class DialectSgd extends Sgd {
  private final Parts parts;
  private final Launch update;
  private final Launch advance;
  private final String implementation;

  /**
   * Prepares it. The kernel closes its parts; if this fails, the caller does.
   *
   * @throws dev.quern.core.UnsupportedSpecException if it has 2^31 elements or more
   */
  public DialectSgd(Parts parts, Spec spec) {
    super(parts.device(), spec);
    this.parts = parts;
    int count = parts.requireInt(spec, "p", spec.count());
    Spans spans = parts.spans();
    Program program = parts.program(List.of("update.cl"), "SPAN=" + spans.elements());
    update =
        parts.launch(
            program,
            "sgd",
            spans.over(count),
            4,
            count,
            spec.momentum(),
            spec.weightDecay(),
            spec.nesterov() ? 1 : 0);
    advance = parts.launch(program, "advance", Range.of(1, 1), 1);
    implementation = spans.name() + ":elements";
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  protected void runUpdate(
      Stream stream,
      DeviceBuffer p,
      DeviceBuffer g,
      DeviceBuffer v,
      DeviceBuffer step,
      DeviceBuffer learningRate) {
    update.buffer(0, p).buffer(1, g).buffer(2, v).buffer(3, learningRate).run(stream);
    advance.buffer(0, step).run(stream);
  }

  @Override
  protected void release() {
    parts.close();
  }
}
