package dev.quern.kernels.cases;

import dev.quern.kernels.Activation;
import dev.quern.kernels.Adam;
import dev.quern.kernels.Add;
import dev.quern.kernels.Augment;
import dev.quern.kernels.AveragePool2d;
import dev.quern.kernels.BatchNorm;
import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.ClipNorm;
import dev.quern.kernels.ClipValue;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.DenseLoss;
import dev.quern.kernels.Dropout;
import dev.quern.kernels.GatherBatch;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.MaxPool2d;
import dev.quern.kernels.OpSpec;
import dev.quern.kernels.Relu;
import dev.quern.kernels.RmsProp;
import dev.quern.kernels.Sgd;
import dev.quern.kernels.Softmax;
import dev.quern.kernels.SoftmaxCrossEntropy;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** All cases of all ops. */
public final class Cases {
  /**
   * Extents of one-dimensional ops: one under, at and over the vector lengths 4, 8, 16 and 64, and
   * primes beyond.
   */
  static final List<Integer> SIZES =
      List.of(1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 63, 64, 65, 127, 1009, 4099);

  /** Extents of one axis among several. */
  static final List<Integer> WIDTHS = List.of(1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 63, 64, 65, 127);

  private Cases() {}

  /** The cases that every backend must pass; more than one for each op. */
  public static List<Case<?>> all() {
    List<Case<?>> cases = new ArrayList<>();
    cases.addAll(GemmCases.all());
    cases.addAll(Conv2dProblems.all());
    cases.addAll(MaxPool2dCases.all());
    cases.addAll(AveragePool2dCases.all());
    cases.addAll(SoftmaxCrossEntropyCases.all());
    cases.addAll(DenseLossCases.all());
    cases.addAll(SoftmaxCases.all());
    cases.addAll(ReluCases.all());
    cases.addAll(ActivationCases.all());
    cases.addAll(BiasAddCases.all());
    cases.addAll(AddCases.all());
    cases.addAll(BatchNormCases.all());
    cases.addAll(DropoutCases.all());
    cases.addAll(AugmentCases.all());
    cases.addAll(AdamCases.all());
    cases.addAll(SgdCases.all());
    cases.addAll(RmsPropCases.all());
    cases.addAll(ClipNormCases.all());
    cases.addAll(ClipValueCases.all());
    cases.addAll(GatherBatchCases.all());
    return cases;
  }

  /** The case of any spec, with nothing special about it. */
  public static Case<?> of(OpSpec<?> spec, Fill fill) {
    return of(spec, fill, Variant.PLAIN);
  }

  /** The case of any spec as training runs it, fit to be timed however large it is. */
  public static Case<?> inTraining(OpSpec<?> spec) {
    return of(spec, Fill.REAL, Variant.TRAINING);
  }

  private static Case<?> of(OpSpec<?> spec, Fill fill, Variant variant) {
    return switch (spec) {
      case Gemm.Spec s -> GemmCases.of(s, fill, variant);
      case Conv2d.Spec s -> Conv2dCases.of(s, fill, variant);
      case MaxPool2d.Spec s -> MaxPool2dCases.of(s, fill, variant);
      case AveragePool2d.Spec s -> AveragePool2dCases.of(s, fill, variant);
      case SoftmaxCrossEntropy.Spec s -> SoftmaxCrossEntropyCases.of(s, fill, variant);
      case DenseLoss.Spec s -> DenseLossCases.of(s, fill, variant);
      case Softmax.Spec s -> SoftmaxCases.of(s, fill, variant);
      case Relu.Spec s -> ReluCases.of(s, fill, variant);
      case Activation.Spec s -> ActivationCases.of(s, fill, variant);
      case BiasAdd.Spec s -> BiasAddCases.of(s, fill, variant);
      case Add.Spec s -> AddCases.of(s, fill, variant);
      case BatchNorm.Spec s -> BatchNormCases.of(s, fill, variant);
      case Dropout.Spec s -> DropoutCases.of(s, fill, variant);
      case Augment.Spec s -> AugmentCases.of(s, fill, variant);
      case Adam.Spec s -> AdamCases.of(s, fill, variant);
      case Sgd.Spec s -> SgdCases.of(s, fill, variant);
      case RmsProp.Spec s -> RmsPropCases.of(s, fill, variant);
      case ClipNorm.Spec s -> ClipNormCases.of(s, fill, variant);
      case ClipValue.Spec s -> ClipValueCases.of(s, fill, variant);
      case GatherBatch.Spec s -> GatherBatchCases.of(s, fill, variant);
    };
  }

  /**
   * Cases whose name is {@code pattern}; if there is none, those whose name contains it.
   *
   * @throws IllegalArgumentException if there are none of those either
   */
  public static List<Case<?>> named(String pattern) {
    List<Case<?>> all = all();
    List<Case<?>> exact = all.stream().filter(c -> c.name().equals(pattern)).toList();
    if (!exact.isEmpty()) {
      return exact;
    }
    List<Case<?>> containing = all.stream().filter(c -> c.name().contains(pattern)).toList();
    if (containing.isEmpty()) {
      String examples =
          String.join(
              ", ",
              Stream.of(0, all.size() / 2, all.size() - 1).map(i -> all.get(i).name()).toList());
      throw new IllegalArgumentException(
          "no case is named '" + pattern + "' or contains it; names look like " + examples);
    }
    return containing;
  }
}
