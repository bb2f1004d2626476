package dev.quern.peers.onednn;

import static dev.quern.peers.onednn.Workbench.arguments;

import dev.quern.bench.peers.NotOfferedException;
import dev.quern.bench.peers.Operands;
import dev.quern.kernels.Layout;
import dev.quern.kernels.MaxPool2d;
import dev.quern.kernels.Pass;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;

/** Both passes of max-pooling, their data in a layout chosen in advance. */
final class Poolings {
  static final List<memory.format_tag> LAYOUTS =
      List.of(memory.format_tag.nhwc, memory.format_tag.nChw16c, memory.format_tag.nchw);

  private final Workbench work;
  private final MaxPool2d.Spec spec;
  private final memory.desc plainX;
  private final memory.desc plainY;
  private final memory.desc x;
  private final memory.desc y;
  private final long[] strides;
  private final long[] window;
  private final long[] dilations;
  private final long[] before;
  private final long[] behind;

  Poolings(Workbench work, MaxPool2d.Spec spec, memory.format_tag layout) {
    if (spec.ceilMode() || spec.strideH() < spec.windowH() || spec.strideW() < spec.windowW()) {
      throw new NotOfferedException("pooling with windows apart, inside the image, is compared");
    }
    this.work = work;
    this.spec = spec;
    boolean channelsLast = spec.layout() == Layout.NHWC;
    memory.format_tag plain = channelsLast ? memory.format_tag.nhwc : memory.format_tag.nchw;
    long[] extentsX = {spec.n(), spec.c(), spec.h(), spec.w()};
    long[] extentsY = {spec.n(), spec.c(), spec.p(), spec.q()};
    plainX = Workbench.desc(plain, extentsX);
    plainY = Workbench.desc(plain, extentsY);
    x = Workbench.desc(layout, extentsX);
    y = Workbench.desc(layout, extentsY);
    strides = new long[] {spec.strideH(), spec.strideW()};
    window = new long[] {spec.windowH(), spec.windowW()};
    dilations = new long[] {spec.dilationH() - 1, spec.dilationW() - 1};
    before = new long[] {spec.padTop(), spec.padLeft()};
    behind = new long[] {spec.padBottom(), spec.padRight()};
  }

  String prepare(Pass pass, Operands operands) {
    return pass == Pass.FORWARD ? forward(operands) : backward(operands);
  }

  private pooling_forward.primitive_desc described() {
    return new pooling_forward.primitive_desc(
        work.processor(),
        dnnl.prop_kind.forward_training,
        dnnl.algorithm.pooling_max,
        x,
        y,
        strides,
        window,
        dilations,
        before,
        behind);
  }

  private String forward(Operands operands) {
    pooling_forward.primitive_desc desc = described();
    memory result = work.empty(y);
    work.step(
        desc,
        arguments(
            dnnl.DNNL_ARG_SRC,
            work.filled(plainX, operands.floats("x", spec.inputs()), x),
            dnnl.DNNL_ARG_DST,
            result,
            dnnl.DNNL_ARG_WORKSPACE,
            work.empty(desc.workspace_desc())));
    work.output("y", result, plainY);
    return "pooling forward with workspace, %s, %s"
        .formatted(desc.impl_info_str().getString(), Workbench.name(x));
  }

  private String backward(Operands operands) {
    pooling_forward.primitive_desc forward = described();
    memory workspace = positions(forward, operands);
    memory dy = work.filled(plainY, operands.floats("dy", spec.outputs()), y);
    if (spec.reluInput()) {
      memory output = work.filled(plainY, operands.floats("y", spec.outputs()), y);
      dy = Pointwise.behindRelu(work, output, dy, y);
    }
    pooling_backward.primitive_desc desc =
        new pooling_backward.primitive_desc(
            work.processor(),
            dnnl.algorithm.pooling_max,
            x,
            y,
            strides,
            window,
            dilations,
            before,
            behind,
            forward);
    memory result = work.empty(x);
    work.step(
        desc,
        arguments(
            dnnl.DNNL_ARG_DIFF_DST,
            dy,
            dnnl.DNNL_ARG_WORKSPACE,
            workspace,
            dnnl.DNNL_ARG_DIFF_SRC,
            result));
    work.output("dx", result, plainX);
    return "%spooling backward, %s, %s"
        .formatted(
            spec.reluInput() ? "ReLU backward on the small side, then " : "",
            desc.impl_info_str().getString(),
            Workbench.name(x));
  }

  /** Where the maxima stand, as the library keeps it: what pooling forward leaves for backward. */
  private memory positions(pooling_forward.primitive_desc forward, Operands operands) {
    memory workspace = work.empty(forward.workspace_desc());
    work.once(
        forward,
        arguments(
            dnnl.DNNL_ARG_SRC,
            work.filled(plainX, chosen(operands), x),
            dnnl.DNNL_ARG_DST,
            work.empty(y),
            dnnl.DNNL_ARG_WORKSPACE,
            workspace));
    return workspace;
  }

  /**
   * An input whose maxima stand where they shall, since the library keeps positions its own way.
   */
  private float[] chosen(Operands operands) {
    float[] input = new float[Math.toIntExact(spec.inputs())];
    Arrays.fill(input, -1);
    int pixels = spec.h() * spec.w();
    int outputs = spec.p() * spec.q();
    int[] argmax = operands.integers("argmax", spec.outputs(), pixels);
    boolean channelsLast = spec.layout() == Layout.NHWC;
    for (int i = 0; i < argmax.length; i++) {
      int image = channelsLast ? i / (outputs * spec.c()) : i / outputs / spec.c();
      int channel = channelsLast ? i % spec.c() : i / outputs % spec.c();
      int pixel = argmax[i];
      input[
              channelsLast
                  ? (image * pixels + pixel) * spec.c() + channel
                  : (image * spec.c() + channel) * pixels + pixel] =
          0;
    }
    return input;
  }
}
