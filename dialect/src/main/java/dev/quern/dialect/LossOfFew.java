package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.SoftmaxCrossEntropy;
import org.jspecify.annotations.Nullable;

/** All of a small batch in one launch of one group. */
final class LossOfFew extends LossLaunches {
  private static final int ROW_KINDS = 4;
  private static final int SUM_KINDS = 8;

  private final Launch[][] bySumAndRow = new Launch[SUM_KINDS][ROW_KINDS];

  LossOfFew(Parts parts, SoftmaxCrossEntropy.Spec spec) {
    Program program = program(parts, spec, 1);
    for (int sum = 0; sum < SUM_KINDS; sum++) {
      for (int row = 0; row < ROW_KINDS; row++) {
        bySumAndRow[sum][row] =
            parts.launch(
                program,
                "softmax_cross_entropy_of_few",
                oneGroup(parts, spec),
                7,
                spec.rows(),
                spec.classes(),
                spec.ignoredLabel(),
                row | sum * HAS_LOSS | reduction(spec.reduction()));
      }
    }
  }

  @Override
  long workspaceBytes() {
    return 0;
  }

  @Override
  void run(
      Stream stream,
      DeviceBuffer z,
      DeviceBuffer labels,
      @Nullable DeviceBuffer upstream,
      @Nullable DeviceBuffer loss,
      @Nullable DeviceBuffer dz,
      @Nullable DeviceBuffer totalLoss,
      @Nullable DeviceBuffer totalHits) {
    int sum = sumFlags(loss, totalLoss, totalHits) / HAS_LOSS;
    Launch launch = bySumAndRow[sum][rowFlags(upstream, dz)];
    launch.buffer(0, z).buffer(1, labels).buffer(2, upstream == null ? z : upstream);
    launch.buffer(3, dz == null ? z : dz).buffer(4, loss == null ? z : loss);
    launch.buffer(5, totalLoss == null ? z : totalLoss);
    launch.buffer(6, totalHits == null ? labels : totalHits).run(stream);
  }
}
