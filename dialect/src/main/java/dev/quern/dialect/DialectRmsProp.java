package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.RmsProp;
import java.util.List;

/** RMSprop over all parameters in one launch, and one more that counts the step. */
public final class DialectRmsProp extends RmsProp {
  private final Parts parts;
  private final Launch update;
  private final Launch advance;
  private final String implementation;

  /**
   * Prepares it. The kernel closes its parts; if this fails, the caller does.
   *
   * @throws dev.quern.core.UnsupportedSpecException if it has 2^31 elements or more
   */
  public DialectRmsProp(Parts parts, Spec spec) {
    super(parts.device(), spec);
    this.parts = parts;
    int count = parts.requireInt(spec, "p", spec.count());
    Spans spans = parts.spans();
    Program program = parts.program(List.of("update.cl"), "SPAN=" + spans.elements());
    update =
        parts.launch(
            program,
            "rmsprop",
            spans.over(count),
            5,
            count,
            spec.rho(),
            1 - spec.rho(),
            spec.momentum(),
            spec.epsilon());
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
      DeviceBuffer m,
      DeviceBuffer step,
      DeviceBuffer learningRate) {
    update.buffer(0, p).buffer(1, g).buffer(2, v).buffer(3, m);
    update.buffer(4, learningRate).run(stream);
    advance.buffer(0, step).run(stream);
  }

  @Override
  protected void release() {
    parts.close();
  }
}
