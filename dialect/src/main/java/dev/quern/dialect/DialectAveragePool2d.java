package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.AveragePool2d;
import dev.quern.kernels.Layout;
import java.util.List;

/**
 * Average pooling by pixels, all channels of one after the other. Images with channels first are
 * this, too: one image of one channel for each plane. On GPUs large windows, of which there may be
 * few, are shared by the work-items of a group.
 */
public final class DialectAveragePool2d extends AveragePool2d {
  /** Taps from which on a window is large on a GPU: half a group or more has some to sum up. */
  private static final long LARGE = 64;

  /** Channels of a group then: NVIDIA's GPUs read memory by 32 bytes. */
  private static final int ACROSS = 8;

  /**
   * Taps of a work-item on a CPU that are worth it; fewer pixels of larger windows make as many.
   */
  private static final long WORTH = 256;

  /** Taps from which on a CPU's work-items share the channels of a pixel, and how many each has. */
  private static final long MANY = 16;

  private static final int SHARE = 64;

  private final Parts parts;
  private final Spans spans;
  private final int images;
  private final int channels;
  private final Constants divisors;
  private final Launch forward;
  private final Launch backward;
  private final String implementation;

  /**
   * Prepares it. The kernel closes its parts; if this fails, the caller does.
   *
   * @throws dev.quern.core.UnsupportedSpecException if it has 2^31 elements or more
   */
  public DialectAveragePool2d(Parts parts, Spec spec) {
    super(parts.device(), spec);
    this.parts = parts;
    parts.requireInt(spec, "x", spec.inputs());
    parts.requireInt(spec, "y", spec.outputs());
    spans = parts.spans();
    boolean nhwc = spec.layout() == Layout.NHWC;
    images = nhwc ? spec.n() : spec.n() * spec.c();
    channels = nhwc ? spec.c() : 1;
    divisors = parts.constants(divisors(spec));
    Program program =
        parts.program(
            List.of("window.cl", "average_pool2d.cl"),
            "GROUP_ITEMS=" + spans.group(),
            "PAIRS=" + (isPairs(spec) ? 1 : 0));
    boolean large = !spans.vectors() && taps() >= LARGE;
    forward = large ? large(program) : overOutputs(program);
    int inputs = images * spec.h() * spec.w();
    Range range = spans.overPixels(channels, inputs);
    backward = launch(program, "average_pool2d_gradient", range, inputs, spans.pixels(), 1);
    implementation = spans.name() + (large ? ":groups" : ":pixels");
  }

  private static int[] divisors(Spec spec) {
    int[] values = new int[spec.p() + spec.q()];
    for (int p = 0; p < spec.p(); p++) {
      values[p] = spec.divisorH(p);
    }
    for (int q = 0; q < spec.q(); q++) {
      values[spec.p() + q] = spec.divisorW(q);
    }
    return values;
  }

  /** Whether all windows are 2 x 2, dense and inside the image. */
  private static boolean isPairs(Spec s) {
    boolean dense = s.dilationH() == 1 && s.dilationW() == 1 && s.padTop() + s.padLeft() == 0;
    boolean two = s.windowH() == 2 && s.windowW() == 2 && s.strideH() == 2 && s.strideW() == 2;
    return dense && two && 2 * s.p() <= s.h() && 2 * s.q() <= s.w();
  }

  private long taps() {
    return (long) spec().windowH() * spec().windowW();
  }

  private int outputs() {
    return images * spec().p() * spec().q();
  }

  private Launch overOutputs(Program program) {
    int outputs = outputs();
    if (!spans.vectors()) {
      Range range = spans.overPixels(channels, outputs);
      return launch(program, "average_pool2d", range, outputs, spans.pixels(), 1);
    }
    int span = Math.clamp(WORTH / taps(), 1, spans.pixels());
    int shares = taps() < MANY ? 1 : Math.ceilDiv(channels, SHARE);
    Range range = new Range(shares, Math.ceilDiv((long) outputs, span), 1, 1, 1);
    return launch(program, "average_pool2d", range, outputs, span, shares);
  }

  private Launch large(Program program) {
    int across = Math.min(ACROSS, spans.groupFor(channels));
    int lanes = Math.max(1, spans.group() / across);
    Range range = new Range(channels, (long) outputs() * lanes, 1, across, lanes);
    return launch(program, "average_pool2d_large", range, across, lanes, 1);
  }

  /**
   * A launch of any of the kernels.
   *
   * @param first pixels, or channels of a group
   * @param second pixels of a work-item, or work-items of a window
   * @param shares work-items that share the channels of a pixel on a CPU
   */
  private Launch launch(
      Program program, String function, Range range, int first, int second, int shares) {
    Spec s = spec();
    return parts.launch(
        program,
        function,
        range,
        3,
        first,
        second,
        channels,
        spans.vectors() ? shares * parts.traits().lanes() : channels,
        s.h(),
        s.w(),
        s.p(),
        s.q(),
        s.windowH(),
        s.windowW(),
        s.strideH(),
        s.strideW(),
        s.padTop(),
        s.padLeft(),
        s.dilationH(),
        s.dilationW());
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  protected void runForward(Stream stream, DeviceBuffer x, DeviceBuffer y) {
    forward.buffer(0, x).memory(1, divisors.handle(), 0).buffer(2, y).run(stream);
  }

  @Override
  protected void runBackward(Stream stream, DeviceBuffer dy, DeviceBuffer dx) {
    backward.buffer(0, dy).memory(1, divisors.handle(), 0).buffer(2, dx).run(stream);
  }

  @Override
  protected void release() {
    parts.close();
  }
}
