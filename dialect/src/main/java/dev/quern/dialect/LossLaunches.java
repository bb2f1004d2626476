package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.SoftmaxCrossEntropy;
import dev.quern.kernels.SoftmaxCrossEntropy.Reduction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The launches of a softmax cross-entropy. */
abstract class LossLaunches {
  /** Flags of loss.cl and softmax_cross_entropy.cl. */
  static final int HAS_UPSTREAM = 1;

  static final int HAS_GRADIENT = 2;
  static final int REDUCES = 4;
  static final int MEAN = 8;
  static final int HAS_LOSS = 16;
  static final int HAS_TOTAL_LOSS = 32;
  static final int HAS_TOTAL_HITS = 64;

  /** The flags that the spec decides about. */
  static int reduction(Reduction reduction) {
    return switch (reduction) {
      case MEAN -> REDUCES | MEAN;
      case SUM -> REDUCES;
      case NONE -> 0;
    };
  }

  /** The flags of the rows. */
  static int rowFlags(@Nullable DeviceBuffer upstream, @Nullable DeviceBuffer dz) {
    return (upstream == null ? 0 : HAS_UPSTREAM) | (dz == null ? 0 : HAS_GRADIENT);
  }

  /** The flags of the sums. */
  static int sumFlags(
      @Nullable DeviceBuffer loss,
      @Nullable DeviceBuffer totalLoss,
      @Nullable DeviceBuffer totalHits) {
    return (loss == null ? 0 : HAS_LOSS)
        | (totalLoss == null ? 0 : HAS_TOTAL_LOSS)
        | (totalHits == null ? 0 : HAS_TOTAL_HITS);
  }

  /** The program, for rows that so many work-items share. */
  static Program program(Parts parts, SoftmaxCrossEntropy.Spec spec, int rowItems) {
    return parts.program(
        List.of("softmax.cl", "loss.cl", "softmax_cross_entropy.cl"),
        "ROW_ITEMS=" + rowItems,
        "TOTAL_ITEMS=" + parts.spans().rowItems(spec.rows()),
        "LOGARITHM=0");
  }

  /** The one group that sums over the rows. */
  static Range oneGroup(Parts parts, SoftmaxCrossEntropy.Spec spec) {
    return Range.groups(1, parts.spans().rowItems(spec.rows()));
  }

  /** Scratch memory in bytes. */
  abstract long workspaceBytes();

  /** See {@link SoftmaxCrossEntropy#run}. */
  abstract void run(
      Stream stream,
      DeviceBuffer z,
      DeviceBuffer labels,
      @Nullable DeviceBuffer upstream,
      @Nullable DeviceBuffer loss,
      @Nullable DeviceBuffer dz,
      @Nullable DeviceBuffer totalLoss,
      @Nullable DeviceBuffer totalHits);
}
