package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.Layout;
import dev.quern.kernels.MaxPool2d;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Maximum pooling by pixels, all channels of one after the other. Images with channels first are
 * this, too: one image of one channel for each plane.
 */
public final class DialectMaxPool2d extends MaxPool2d {
  private final Parts parts;
  private final Launch forward;
  private final Launch inference;
  private final Launch backward;
  private final String implementation;

  /**
   * Prepares it. The kernel closes its parts; if this fails, the caller does.
   *
   * @throws dev.quern.core.UnsupportedSpecException if it has 2^31 elements or more
   */
  public DialectMaxPool2d(Parts parts, Spec spec) {
    super(parts.device(), spec);
    this.parts = parts;
    parts.requireInt(spec, "x", spec.inputs());
    boolean nhwc = spec.layout() == Layout.NHWC;
    int images = nhwc ? spec.n() : spec.n() * spec.c();
    int channels = nhwc ? spec.c() : 1;
    Spans spans = parts.spans();
    int span = spans.pixels();
    Program program =
        parts.program(
            List.of("window.cl", "max_pool2d.cl"),
            "SPAN=" + span,
            "PAIRS=" + (isPairs(spec) ? 1 : 0));
    int outputs = images * spec.p() * spec.q();
    int inputs = images * spec.h() * spec.w();
    Range overOutputs = spans.overPixels(channels, outputs);
    forward = launch(program, "max_pool2d", overOutputs, 3, outputs, 1, channels);
    inference = launch(program, "max_pool2d", overOutputs, 3, outputs, 0, channels);
    backward =
        launch(
            program,
            "max_pool2d_gradient",
            spans.overPixels(channels, inputs),
            4,
            inputs,
            spec.reluInput() ? 1 : 0,
            channels);
    implementation = spans.name() + ":pixels";
  }

  /** Whether all windows are 2 x 2, dense and inside the image. */
  private static boolean isPairs(Spec s) {
    boolean dense = s.dilationH() == 1 && s.dilationW() == 1 && s.padTop() + s.padLeft() == 0;
    boolean two = s.windowH() == 2 && s.windowW() == 2 && s.strideH() == 2 && s.strideW() == 2;
    return dense && two && 2 * s.p() <= s.h() && 2 * s.q() <= s.w();
  }

  private Launch launch(
      Program program, String function, Range range, int buffers, int pixels, int flag, int c) {
    Spec s = spec();
    return parts.launch(
        program,
        function,
        range,
        buffers,
        pixels,
        flag,
        c,
        parts.spans().vectors() ? parts.traits().lanes() : c,
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
  protected void runForward(
      Stream stream, DeviceBuffer x, DeviceBuffer y, @Nullable DeviceBuffer argmax) {
    if (argmax == null) {
      inference.buffer(0, x).buffer(1, y).buffer(2, y).run(stream);
    } else {
      forward.buffer(0, x).buffer(1, y).buffer(2, argmax).run(stream);
    }
  }

  @Override
  protected void runBackward(
      Stream stream, DeviceBuffer y, DeviceBuffer argmax, DeviceBuffer dy, DeviceBuffer dx) {
    backward.buffer(0, y).buffer(1, argmax).buffer(2, dy).buffer(3, dx).run(stream);
  }

  @Override
  protected void release() {
    parts.close();
  }
}
