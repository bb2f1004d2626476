package dev.quern.peers.onednn;

import static dev.quern.peers.onednn.Workbench.arguments;

import dev.quern.bench.peers.NotOfferedException;
import dev.quern.bench.peers.Operands;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Pass;
import dev.quern.kernels.Relu;
import dev.quern.kernels.SoftmaxCrossEntropy;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.softmax_backward;
import org.bytedeco.dnnl.softmax_forward;

/** What takes as long as its memory: ReLU and softmax. */
final class Pointwise {
  private Pointwise() {}

  static String relu(Workbench work, Relu.Spec spec, Pass pass, Operands operands) {
    memory.desc flat = Workbench.desc(memory.format_tag.a, spec.count());
    if (pass == Pass.FORWARD) {
      eltwise_forward.primitive_desc desc =
          new eltwise_forward.primitive_desc(
              work.processor(),
              dnnl.prop_kind.forward_training,
              dnnl.algorithm.eltwise_relu,
              flat,
              flat,
              0);
      memory y = work.empty(flat);
      memory x = work.filled(flat, operands.floats("x", spec.count()));
      work.step(desc, arguments(dnnl.DNNL_ARG_SRC, x, dnnl.DNNL_ARG_DST, y));
      work.output("y", y, flat);
      return "eltwise forward, " + desc.impl_info_str().getString();
    }
    memory y = work.filled(flat, operands.floats("y", spec.count()));
    memory dy = work.filled(flat, operands.floats("dy", spec.count()));
    work.output("dx", behindRelu(work, y, dy, flat), flat);
    return "eltwise backward, by the output";
  }

  static String epilogue(Workbench work, Conv2d.Spec spec, Operands operands) {
    memory.desc flat = Workbench.desc(memory.format_tag.a, spec.outputs());
    memory y = work.filled(flat, operands.floats("y", spec.outputs()));
    memory dy = work.filled(flat, operands.floats("dy", spec.outputs()));
    work.output("dz", behindRelu(work, y, dy, flat), flat);
    return "eltwise backward, by the output";
  }

  /** Takes a gradient back through a ReLU whose output is known: a step of the run. */
  static memory behindRelu(Workbench work, memory y, memory dy, memory.desc layout) {
    dnnl.algorithm relu = dnnl.algorithm.eltwise_relu_use_dst_for_bwd;
    eltwise_forward.primitive_desc forward =
        new eltwise_forward.primitive_desc(
            work.processor(), dnnl.prop_kind.forward_training, relu, layout, layout, 0);
    memory dx = work.empty(layout);
    work.step(
        new eltwise_backward.primitive_desc(
            work.processor(), relu, layout, layout, layout, 0, forward),
        arguments(dnnl.DNNL_ARG_DST, y, dnnl.DNNL_ARG_DIFF_DST, dy, dnnl.DNNL_ARG_DIFF_SRC, dx));
    return dx;
  }

  /** Softmax and its gradient: {@code -u * onehot} goes back through the logarithms. */
  static String loss(Workbench work, SoftmaxCrossEntropy.Spec spec, Operands operands) {
    if (spec.reduction() != SoftmaxCrossEntropy.Reduction.MEAN) {
      throw new NotOfferedException("the mean loss alone is compared");
    }
    memory.desc flat = Workbench.desc(memory.format_tag.ab, spec.rows(), spec.classes());
    softmax_forward.primitive_desc forward =
        new softmax_forward.primitive_desc(
            work.processor(),
            dnnl.prop_kind.forward_training,
            dnnl.algorithm.softmax_log,
            flat,
            flat,
            1);
    memory logarithms = work.empty(flat);
    memory z = work.filled(flat, operands.floats("z", spec.count()));
    work.step(forward, arguments(dnnl.DNNL_ARG_SRC, z, dnnl.DNNL_ARG_DST, logarithms));
    int[] labels = operands.integers("labels", spec.rows(), spec.classes());
    float upstream = operands.floats("upstream", 1)[0];
    float[] right = new float[Math.toIntExact(spec.count())];
    for (int row = 0; row < labels.length; row++) {
      right[row * spec.classes() + labels[row]] = -upstream / spec.rows();
    }
    softmax_backward.primitive_desc desc =
        new softmax_backward.primitive_desc(
            work.processor(), dnnl.algorithm.softmax_log, flat, flat, flat, 1, forward);
    memory dz = work.empty(flat);
    work.step(
        desc,
        arguments(
            dnnl.DNNL_ARG_DST,
            logarithms,
            dnnl.DNNL_ARG_DIFF_DST,
            work.filled(flat, right),
            dnnl.DNNL_ARG_DIFF_SRC,
            dz));
    work.output("dz", dz, flat);
    return "logsoftmax forward and backward, without loss and hits, "
        + desc.impl_info_str().getString();
  }
}
