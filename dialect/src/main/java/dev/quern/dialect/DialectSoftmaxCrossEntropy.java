package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.SoftmaxCrossEntropy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Softmax cross-entropy in three launches: how many rows count (for a mean), the rows, and the sum
 * over them. Losses, hits and the count lie in the workspace between.
 */
public final class DialectSoftmaxCrossEntropy extends SoftmaxCrossEntropy {
  private static final int HAS_UPSTREAM = 1;
  private static final int HAS_GRADIENT = 2;
  private static final int REDUCES = 4;
  private static final int MEAN = 8;
  private static final int HAS_LOSS = 16;
  private static final int HAS_TOTAL_LOSS = 32;
  private static final int HAS_TOTAL_HITS = 64;

  private final Parts parts;
  private final int reduction;
  private final Launch count;
  private final Launch[] rowsByFlags = new Launch[HAS_UPSTREAM + HAS_GRADIENT + 1];
  private final Launch[] sumsByFlags = new Launch[8];
  private final String implementation;

  /**
   * Prepares it. The kernel closes its parts; if this fails, the caller does.
   *
   * @throws dev.quern.core.UnsupportedSpecException if it has 2^31 elements or more
   */
  public DialectSoftmaxCrossEntropy(Parts parts, Spec spec) {
    super(parts.device(), spec);
    this.parts = parts;
    parts.requireInt(spec, "z", spec.count());
    reduction =
        switch (spec.reduction()) {
          case MEAN -> REDUCES | MEAN;
          case SUM -> REDUCES;
          case NONE -> 0;
        };
    Spans spans = parts.spans();
    int items = spans.rowItems(spec.classes());
    int totalItems = spans.rowItems(spec.rows());
    Program program =
        parts.program(
            List.of("softmax.cl", "softmax_cross_entropy.cl"),
            "ROW_ITEMS=" + items,
            "TOTAL_ITEMS=" + totalItems,
            "LOGARITHM=0");
    Range one = Range.groups(1, totalItems);
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
    implementation = spans.name() + ":rows";
  }

  @Override
  public String implementation() {
    return implementation;
  }

  /** Losses, hits, and how many rows count. */
  @Override
  public long workspaceBytes() {
    return (2L * spec().rows() + 1) * Float.BYTES;
  }

  @Override
  protected void runLoss(
      Stream stream,
      DeviceBuffer z,
      DeviceBuffer labels,
      @Nullable DeviceBuffer upstream,
      @Nullable DeviceBuffer loss,
      @Nullable DeviceBuffer dz,
      @Nullable DeviceBuffer totalLoss,
      @Nullable DeviceBuffer totalHits) {
    long memory = parts.workspace(stream);
    long hits = spec().rows();
    long counted = 2L * spec().rows();
    if ((reduction & MEAN) != 0) {
      count.buffer(0, labels).memory(1, memory, counted).run(stream);
    }
    Launch rows =
        rowsByFlags[(upstream == null ? 0 : HAS_UPSTREAM) | (dz == null ? 0 : HAS_GRADIENT)];
    rows.buffer(0, z).buffer(1, labels).buffer(2, upstream == null ? z : upstream);
    rows.memory(3, memory, counted).buffer(4, dz == null ? z : dz);
    rows.memory(5, memory, 0).memory(6, memory, hits).run(stream);
    int flags =
        (loss == null ? 0 : HAS_LOSS)
            | (totalLoss == null ? 0 : HAS_TOTAL_LOSS)
            | (totalHits == null ? 0 : HAS_TOTAL_HITS);
    if (flags != 0) {
      Launch sums = sumsByFlags[flags / HAS_LOSS];
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
