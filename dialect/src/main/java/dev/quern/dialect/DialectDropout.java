package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.Dropout;
import java.util.List;

/** Dropout; both passes draw the mask and apply it. */
public final class DialectDropout extends Dropout {
  /** Elements that one block of random words decides about. */
  private static final int BLOCK = 4;

  private final Parts parts;
  private final Launch apply;
  private final String implementation;

  /**
   * Prepares it. The kernel closes its parts; if this fails, the caller does.
   *
   * @throws dev.quern.core.UnsupportedSpecException if it has 2^31 elements or more
   */
  public DialectDropout(Parts parts, Spec spec) {
    super(parts.device(), spec);
    this.parts = parts;
    int count = parts.requireInt(spec, "x", spec.count());
    Spans spans = parts.spans();
    int span = Math.max(BLOCK, spans.elements());
    Program program = parts.program(List.of("dropout.cl"), "SPAN=" + span);
    apply =
        parts.launch(
            program,
            "dropout",
            Range.of((count + span - 1L) / span, spans.group()),
            3,
            count,
            (int) spec.seed(),
            (int) (spec.seed() >>> 32),
            spec.leastKept(),
            spec.scale());
    implementation = spans.name() + ":philox";
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  protected void run(Stream stream, DeviceBuffer source, DeviceBuffer step, DeviceBuffer target) {
    apply.buffer(0, source).buffer(1, step).buffer(2, target).run(stream);
  }

  @Override
  protected void release() {
    parts.close();
  }
}
