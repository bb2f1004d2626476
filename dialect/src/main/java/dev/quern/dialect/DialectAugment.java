package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.Augment;
import java.util.List;

/** Augmentation by pixels; each work-item draws for its image. */
public final class DialectAugment extends Augment {
  /** Pixels of a work-item on GPUs: enough that drawing, 300 operations, is the smaller part. */
  private static final int GPU_SPAN = 8;

  /** Pixels of a work-item on CPUs. */
  private static final int CPU_SPAN = 1024;

  private final Parts parts;
  private final Launch forward;
  private final String implementation;

  /**
   * Prepares it. The kernel closes its parts; if this fails, the caller does.
   *
   * @throws dev.quern.core.UnsupportedSpecException if it has 2^31 elements or more
   */
  public DialectAugment(Parts parts, Spec spec) {
    super(parts.device(), spec);
    this.parts = parts;
    parts.requireInt(spec, "x", spec.count());
    Spans spans = parts.spans();
    int span = spans.vectors() ? CPU_SPAN : GPU_SPAN;
    int group = spans.group();
    Program program = parts.program(List.of("augment.cl"), "SPAN=" + span, "GROUP=" + group);
    long groups = Math.ceilDiv(spec.h() * spec.w(), span * group);
    forward =
        parts.launch(
            program,
            "augment",
            new Range(groups * group, spec.n(), 1, group, 1),
            3,
            spec.h(),
            spec.w(),
            spec.c(),
            (int) spec.seed(),
            (int) (spec.seed() >>> 32),
            spec.heightLimit(),
            spec.widthLimit(),
            spec.wholePixels() ? 1 : 0,
            spec.angleLimit(),
            spec.zoomLimit(),
            spec.flipHorizontal() ? 1 : 0,
            spec.flipVertical() ? 1 : 0,
            spec.cutoutSide(),
            spec.brightness(),
            spec.fill());
    implementation = spans.name() + ":pixels";
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  protected void runForward(Stream stream, DeviceBuffer x, DeviceBuffer step, DeviceBuffer y) {
    forward.buffer(0, x).buffer(1, step).buffer(2, y).run(stream);
  }

  @Override
  protected void release() {
    parts.close();
  }
}
