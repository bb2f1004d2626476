package dev.quern.kernels;

import dev.quern.core.Kernel;
import dev.quern.core.KernelSpec;
import java.util.Set;

/**
 * A problem of one of the library's ops. The permitted types are the table of contents of the
 * library; backends dispatch over them with an exhaustive {@code switch}.
 *
 * @param <K> the typed kernel
 */
public sealed interface OpSpec<K extends Kernel> extends KernelSpec<K>
    permits Gemm.Spec,
        Conv2d.Spec,
        MaxPool2d.Spec,
        AveragePool2d.Spec,
        SoftmaxCrossEntropy.Spec,
        DenseLoss.Spec,
        Softmax.Spec,
        Relu.Spec,
        Activation.Spec,
        BiasAdd.Spec,
        Add.Spec,
        BatchNorm.Spec,
        Dropout.Spec,
        Augment.Spec,
        Adam.Spec,
        Sgd.Spec,
        RmsProp.Spec,
        ClipNorm.Spec,
        ClipValue.Spec,
        GatherBatch.Spec {

  /** The passes that this problem's kernel can run. */
  Set<Pass> passes();

  /** Floating-point operations of one run of the pass; a fused multiply-add counts as two. */
  double flops(Pass pass);

  /** Bytes that one run of the pass must at least move: each input and output once. */
  double bytes(Pass pass);
}
