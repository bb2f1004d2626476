package dev.quern.peers.onednn;

import static dev.quern.peers.onednn.Workbench.arguments;

import dev.quern.bench.peers.NotOfferedException;
import dev.quern.bench.peers.Operands;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.Precision;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;

/** Matrix products. */
final class Products {
  private Products() {}

  static String prepare(Workbench work, Gemm.Spec spec, Operands operands) {
    if (spec.batch() != 1
        || spec.alpha() != 1
        || spec.beta() != 0
        || spec.ldc() != spec.n()
        || spec.precision() != Precision.FP32) {
      throw new NotOfferedException(
          "single dense products with factors 1 and 0 alone are compared");
    }
    memory.desc descA = matrix(spec.m(), spec.k(), spec.lda(), spec.transA());
    memory.desc descB = matrix(spec.k(), spec.n(), spec.ldb(), spec.transB());
    memory.desc descC = matrix(spec.m(), spec.n(), spec.ldc(), false);
    memory c = work.empty(descC);
    IntMemoryMap arguments =
        arguments(
            dnnl.DNNL_ARG_SRC,
            work.filled(descA, operands.floats("a", spec.elementsA())),
            dnnl.DNNL_ARG_WEIGHTS,
            work.filled(descB, operands.floats("b", spec.elementsB())),
            dnnl.DNNL_ARG_DST,
            c);
    primitive_attr attributes = attributes(spec.epilogue());
    matmul.primitive_desc desc;
    if (spec.epilogue().hasBias()) {
      memory.desc descBias = Workbench.desc(memory.format_tag.ab, 1, spec.n());
      arguments.put(dnnl.DNNL_ARG_BIAS, work.filled(descBias, operands.floats("bias", spec.n())));
      desc =
          new matmul.primitive_desc(
              work.processor(), descA, descB, descBias, descC, attributes, false);
    } else {
      desc = new matmul.primitive_desc(work.processor(), descA, descB, descC, attributes, false);
    }
    work.step(desc, arguments);
    work.output("c", c, descC);
    return "matmul, " + desc.impl_info_str().getString() + ", plain layout";
  }

  private static memory.desc matrix(int rows, int columns, int lead, boolean transposed) {
    return new memory.desc(
        new long[] {rows, columns},
        memory.data_type.f32,
        transposed ? new long[] {1, lead} : new long[] {lead, 1});
  }

  /** What is fused behind, but for the bias. */
  static primitive_attr attributes(Epilogue epilogue) {
    primitive_attr attributes = new primitive_attr();
    if (epilogue.hasRelu()) {
      post_ops behind = new post_ops();
      behind.append_eltwise(dnnl.algorithm.eltwise_relu, 0, 0);
      attributes.set_post_ops(behind);
    }
    return attributes;
  }
}
