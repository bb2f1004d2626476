package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.Adam;
import java.util.List;

/** Adam over all parameters in one launch, and one more that counts the step. */
public final class DialectAdam extends Adam {
  private static final int KERAS = 1;
  private static final int DECOUPLED = 2;

  private final Parts parts;
  private final Launch update;
  private final Launch advance;
  private final String implementation;

  /**
   * Prepares it. The kernel closes its parts; if this fails, the caller does.
   *
   * @throws dev.quern.core.UnsupportedSpecException if it has 2^31 elements or more
   */
  public DialectAdam(Parts parts, Spec spec) {
    super(parts.device(), spec);
    this.parts = parts;
    int count = parts.requireInt(spec, "p", spec.count());
    Spans spans = parts.spans();
    Program program = parts.program(List.of("update.cl"), "SPAN=" + spans.elements());
    update =
        parts.launch(
            program,
            "adam",
            spans.over(count),
            6,
            count,
            spec.beta1(),
            spec.beta2(),
            1 - spec.beta1(),
            1 - spec.beta2(),
            (float) Math.log(spec.beta1()),
            (float) Math.log(spec.beta2()),
            spec.epsilon(),
            spec.weightDecay(),
            (spec.form() == Form.KERAS ? KERAS : 0)
                | (spec.decay() == Decay.DECOUPLED ? DECOUPLED : 0));
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
      DeviceBuffer m,
      DeviceBuffer v,
      DeviceBuffer step,
      DeviceBuffer learningRate) {
    update.buffer(0, p).buffer(1, g).buffer(2, m).buffer(3, v);
    update.buffer(4, step).buffer(5, learningRate).run(stream);
    advance.buffer(0, step).run(stream);
  }

  @Override
  protected void release() {
    parts.close();
  }
}
