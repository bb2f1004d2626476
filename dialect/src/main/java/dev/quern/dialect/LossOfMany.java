package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.SoftmaxCrossEntropy;
import org.jspecify.annotations.Nullable;

/**
 * Three launches: how many rows count (for a mean), the rows, and the sum over them. Losses, hits
 * and the count lie in the workspace between.
 */
final class LossOfMany extends LossLaunches {
  private final Parts parts;
  private final SoftmaxCrossEntropy.Spec spec;
  private final int reduction;
  private final Launch count;
  private final Launch[] rowsByFlags = new Launch[HAS_UPSTREAM + HAS_GRADIENT + 1];
  private final Launch[] sumsByFlags = new Launch[8];

  LossOfMany(Parts parts, SoftmaxCrossEntropy.Spec spec) {
    this.parts = parts;
    this.spec = spec;
    reduction = reduction(spec.reduction());
    int items = parts.spans().rowItems(spec.classes());
    Program program = program(parts, spec, items);
    Range one = oneGroup(parts, spec);
    count = parts.launch(program, "count_rows", one, 2, spec.rows(), spec.ignoredLabel());
    for (int flags = 0; flags < rowsByFlags.length; flags++) {
      rowsByFlags[flags] =
          parts.launch(
              program,
              "softmax_cross_entropy",
              Range.groups(spec.rows(), items),
              7,
              spec.rows(),
              spec.classes(),
              spec.ignoredLabel(),
              flags | reduction);
    }
    for (int flags = 0; flags < sumsByFlags.length; flags++) {
      sumsByFlags[flags] =
          parts.launch(program, "sum_rows", one, 6, spec.rows(), flags * HAS_LOSS | reduction);
    }
  }

  @Override
  long workspaceBytes() {
    return (2L * spec.rows() + 1) * Float.BYTES;
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
    long memory = parts.workspace(stream);
    long hits = spec.rows();
    long counted = 2L * spec.rows();
    if ((reduction & MEAN) != 0) {
      count.buffer(0, labels).memory(1, memory, counted).run(stream);
    }
    Launch rows = rowsByFlags[rowFlags(upstream, dz)];
    rows.buffer(0, z).buffer(1, labels).buffer(2, upstream == null ? z : upstream);
    rows.memory(3, memory, counted).buffer(4, dz == null ? z : dz);
    rows.memory(5, memory, 0).memory(6, memory, hits).run(stream);
    int flags = sumFlags(loss, totalLoss, totalHits);
    if (flags != 0) {
      Launch sums = sumsByFlags[flags / HAS_LOSS];
      sums.memory(0, memory, 0).memory(1, memory, hits).memory(2, memory, counted);
      sums.buffer(3, loss == null ? z : loss).buffer(4, totalLoss == null ? z : totalLoss);
      sums.buffer(5, totalHits == null ? labels : totalHits).run(stream);
    }
  }
}
