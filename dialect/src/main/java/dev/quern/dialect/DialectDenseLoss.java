package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.core.UnsupportedSpecException;
import dev.quern.kernels.DenseLoss;
import dev.quern.kernels.GatherBatch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Losses against dense targets in three launches: how many rows count, the rows, and the sum over
 * them. Losses, hits and the count lie in the workspace between.
 */
public final class DialectDenseLoss extends DenseLoss {
  /** Places in a row are compared as float32. */
  private static final int MOST_OUTPUTS = 1 << 24;

  private final Parts parts;
  private final Launch count;
  private final Launch rows;
  private final Launch rowsWithGradient;
  private final Launch[] sumsByFlags = new Launch[8];
  private final String implementation;

  /**
   * Prepares it. The kernel closes its parts; if this fails, the caller does.
   *
   * @throws UnsupportedSpecException if it has 2^31 elements or more, or rows of more than 2^24
   */
  public DialectDenseLoss(Parts parts, Spec spec) {
    super(parts.device(), spec);
    this.parts = parts;
    parts.requireInt(spec, "z", spec.count());
    if (spec.outputs() > MOST_OUTPUTS) {
      throw new UnsupportedSpecException(
          parts.device().id(),
          spec,
          "rows must have at most 2^24 outputs, but have " + spec.outputs());
    }
    Spans spans = parts.spans();
    int items = spans.rowItems(spec.outputs());
    int totalItems = spans.rowItems(spec.rows());
    Program program =
        parts.program(
            List.of("softmax.cl", "loss.cl", "dense_loss.cl"),
            "ROW_ITEMS=" + items,
            "TOTAL_ITEMS=" + totalItems,
            "LOGARITHM=0",
            "KIND=KIND_" + spec.kind().name());
    Range one = Range.groups(1, totalItems);
    count = parts.launch(program, "count_rows", one, 2, spec.rows(), GatherBatch.IGNORED);
    rows = rows(program, items, 0);
    rowsWithGradient = rows(program, items, LossLaunches.HAS_GRADIENT);
    int mean = LossLaunches.REDUCES | LossLaunches.MEAN;
    for (int flags = 0; flags < sumsByFlags.length; flags++) {
      sumsByFlags[flags] =
          parts.launch(
              program, "sum_rows", one, 6, spec.rows(), flags * LossLaunches.HAS_LOSS | mean);
    }
    implementation = spans.name() + ":rows";
  }

  private Launch rows(Program program, int items, int flags) {
    return parts.launch(
        program,
        "dense_loss",
        Range.groups(spec().rows(), items),
        7,
        spec().outputs(),
        GatherBatch.IGNORED,
        flags);
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  public long workspaceBytes() {
    return (2L * spec().rows() + 1) * Float.BYTES;
  }

  @Override
  protected void runLoss(
      Stream stream,
      DeviceBuffer z,
      DeviceBuffer targets,
      DeviceBuffer labels,
      @Nullable DeviceBuffer loss,
      @Nullable DeviceBuffer dz,
      @Nullable DeviceBuffer totalLoss,
      @Nullable DeviceBuffer totalHits) {
    long memory = parts.workspace(stream);
    long hits = spec().rows();
    long counted = 2L * spec().rows();
    count.buffer(0, labels).memory(1, memory, counted).run(stream);
    Launch each = dz == null ? rows : rowsWithGradient;
    each.buffer(0, z).buffer(1, targets).buffer(2, labels).memory(3, memory, counted);
    each.buffer(4, dz == null ? z : dz).memory(5, memory, 0).memory(6, memory, hits).run(stream);
    int flags = LossLaunches.sumFlags(loss, totalLoss, totalHits);
    if (flags != 0) {
      Launch sums = sumsByFlags[flags / LossLaunches.HAS_LOSS];
      sums.memory(0, memory, 0).memory(1, memory, hits).memory(2, memory, counted);
      sums.buffer(3, loss == null ? z : loss).buffer(4, totalLoss == null ? z : totalLoss);
      sums.buffer(5, totalHits == null ? labels : totalHits).run(stream);
    }
  }

  @Override
  protected void release() {
    parts.close();
  }
}
