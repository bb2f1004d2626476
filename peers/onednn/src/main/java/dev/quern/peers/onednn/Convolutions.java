package dev.quern.peers.onednn;

import static dev.quern.peers.onednn.Workbench.arguments;

import dev.quern.bench.peers.NotOfferedException;
import dev.quern.bench.peers.Operands;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Layout;
import dev.quern.kernels.Pass;
import dev.quern.kernels.Precision;
import java.util.List;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_desc;
import org.jspecify.annotations.Nullable;

/** The three products of a convolution, their data in a layout chosen in advance. */
final class Convolutions {
  /** What the library asks for, and the two that are known everywhere. */
  static final List<memory.format_tag> LAYOUTS =
      List.of(memory.format_tag.any, memory.format_tag.nhwc, memory.format_tag.nchw);

  private final Workbench work;
  private final Conv2d.Spec spec;
  private final memory.desc plainX;
  private final memory.desc plainW;
  private final memory.desc plainY;
  private final memory.desc x;
  private final memory.desc w;
  private final memory.desc y;
  private final long[] strides;
  private final long[] dilations;
  private final long[] before;
  private final long[] behind;

  Convolutions(Workbench work, Conv2d.Spec spec, memory.format_tag layout) {
    if (spec.groups() != 1 || spec.precision() != Precision.FP32) {
      throw new NotOfferedException("convolutions in one group and exact FP32 alone are compared");
    }
    this.work = work;
    this.spec = spec;
    boolean channelsLast = spec.layout() == Layout.NHWC;
    memory.format_tag plain = channelsLast ? memory.format_tag.nhwc : memory.format_tag.nchw;
    long[] extentsX = {spec.n(), spec.c(), spec.h(), spec.w()};
    long[] extentsW = {spec.k(), spec.c(), spec.r(), spec.s()};
    long[] extentsY = {spec.n(), spec.k(), spec.p(), spec.q()};
    plainX = Workbench.desc(plain, extentsX);
    plainW = Workbench.desc(plain, extentsW); // [K, R, S, C] has the same order of axes
    plainY = Workbench.desc(plain, extentsY);
    x = Workbench.desc(layout, extentsX);
    w = Workbench.desc(memory.format_tag.any, extentsW);
    y = Workbench.desc(layout, extentsY);
    strides = new long[] {spec.strideH(), spec.strideW()};
    dilations = new long[] {spec.dilationH() - 1, spec.dilationW() - 1};
    before = new long[] {spec.padTop(), spec.padLeft()};
    behind = new long[] {spec.padBottom(), spec.padRight()};
  }

  String prepare(Pass pass, Operands operands) {
    return switch (pass) {
      case FORWARD -> forward(operands);
      case BACKWARD_DATA -> backwardData(operands);
      case BACKWARD_FILTER -> backwardFilter(operands);
      default ->
          throw new NotOfferedException("its gradient by the bias comes with that by the filters");
    };
  }

  private String forward(Operands operands) {
    boolean bias = spec.epilogue().hasBias();
    memory.desc descBias = Workbench.desc(memory.format_tag.a, spec.k());
    convolution_forward.primitive_desc desc = described(bias ? descBias : null);
    memory result = work.empty(desc.dst_desc());
    IntMemoryMap arguments =
        arguments(
            dnnl.DNNL_ARG_SRC,
            work.filled(plainX, operands.floats("x", spec.inputs()), desc.src_desc()),
            dnnl.DNNL_ARG_WEIGHTS,
            work.filled(plainW, operands.floats("w", spec.weights()), desc.weights_desc()),
            dnnl.DNNL_ARG_DST,
            result);
    if (bias) {
      arguments.put(dnnl.DNNL_ARG_BIAS, work.filled(descBias, operands.floats("b", spec.k())));
    }
    work.step(desc, arguments);
    work.output("y", result, plainY);
    return how("forward", desc, desc.src_desc());
  }

  private convolution_forward.primitive_desc described(memory.@Nullable desc bias) {
    return bias == null
        ? new convolution_forward.primitive_desc(
            work.processor(),
            dnnl.prop_kind.forward_training,
            dnnl.algorithm.convolution_auto,
            x,
            w,
            y,
            strides,
            dilations,
            before,
            behind,
            Products.attributes(spec.epilogue()),
            false)
        : new convolution_forward.primitive_desc(
            work.processor(),
            dnnl.prop_kind.forward_training,
            dnnl.algorithm.convolution_auto,
            x,
            w,
            bias,
            y,
            strides,
            dilations,
            before,
            behind,
            Products.attributes(spec.epilogue()),
            false);
  }

  private String backwardData(Operands operands) {
    convolution_backward_data.primitive_desc desc =
        new convolution_backward_data.primitive_desc(
            work.processor(),
            dnnl.algorithm.convolution_auto,
            x,
            w,
            y,
            strides,
            dilations,
            before,
            behind,
            described(null));
    memory result = work.empty(desc.diff_src_desc());
    work.step(
        desc,
        arguments(
            dnnl.DNNL_ARG_DIFF_DST,
            work.filled(plainY, operands.floats("dy", spec.outputs()), desc.diff_dst_desc()),
            dnnl.DNNL_ARG_WEIGHTS,
            work.filled(plainW, operands.floats("w", spec.weights()), desc.weights_desc()),
            dnnl.DNNL_ARG_DIFF_SRC,
            result));
    work.output("dx", result, plainX);
    return how("backward data", desc, desc.diff_src_desc());
  }

  private String backwardFilter(Operands operands) {
    convolution_backward_weights.primitive_desc desc =
        new convolution_backward_weights.primitive_desc(
            work.processor(),
            dnnl.algorithm.convolution_auto,
            x,
            w,
            y,
            strides,
            dilations,
            before,
            behind,
            described(null));
    memory result = work.empty(desc.diff_weights_desc());
    work.step(
        desc,
        arguments(
            dnnl.DNNL_ARG_SRC,
            work.filled(plainX, operands.floats("x", spec.inputs()), desc.src_desc()),
            dnnl.DNNL_ARG_DIFF_DST,
            work.filled(plainY, operands.floats("dy", spec.outputs()), desc.diff_dst_desc()),
            dnnl.DNNL_ARG_DIFF_WEIGHTS,
            result));
    work.output("dw", result, plainW);
    return how("backward weights", desc, desc.src_desc());
  }

  private String how(String pass, primitive_desc desc, memory.desc data) {
    return "convolution %s, %s, %s"
        .formatted(pass, desc.impl_info_str().getString(), Workbench.name(data));
  }
}
