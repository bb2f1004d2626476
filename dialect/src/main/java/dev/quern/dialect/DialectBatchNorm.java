package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.BatchNorm;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Batch normalisation in three launches: sums of blocks of rows into the workspace, what the
 * channels have in common, and the elements. The number of blocks follows from the problem and the
 * kind of device alone.
 */
public final class DialectBatchNorm extends BatchNorm {
  /** Planes of partial sums, and of numbers of the channels behind them. */
  private static final int PLANES = 3;

  private final Parts parts;
  private final Program program;
  private final int blocks;
  private final Range sums;
  private final Range channels;
  private final Range elements;
  private final Launch statistics;
  private final Launch normalise;
  private final Launch infer;
  private final Passes labelled;
  private final Passes unlabelled;
  private final String implementation;

  /** Launches that look at labels, or at none. */
  private record Passes(
      Launch moments,
      Launch gradientSums,
      Launch gradientTotals,
      Launch parameterTotals,
      Launch gradient) {}

  /**
   * Prepares it. The kernel closes its parts; if this fails, the caller does.
   *
   * @throws dev.quern.core.UnsupportedSpecException if it has 2^31 elements or more
   */
  public DialectBatchNorm(Parts parts, Spec spec) {
    super(parts.device(), spec);
    this.parts = parts;
    parts.requireInt(spec, "x", spec.count());
    Spans spans = parts.spans();
    program = parts.program(List.of("batch_norm.cl"), "SPAN=" + spans.bandRows());
    int rows = (int) spec.rows();
    int width = spec.channels();
    blocks = Math.clamp(rows / spans.leastBlockRows(), 1, spans.mostBlocks());
    sums = spans.overRows(width, blocks);
    channels = Range.of(width, spans.groupFor(width));
    elements = spans.overRows(width, Math.ceilDiv(rows, spans.bandRows()));
    statistics = statistics();
    float least = spec.relu() ? 0 : Float.NEGATIVE_INFINITY;
    normalise = parts.launch(program, "batch_norm", elements, 6, rows, width, 0f, least);
    infer = parts.launch(program, "batch_norm", elements, 6, rows, width, spec.epsilon(), least);
    labelled = passes((int) spec.pixels());
    unlabelled = passes(0);
    implementation = spans.name() + ":blocks";
  }

  private Launch statistics() {
    return parts.launch(
        program,
        "batch_norm_statistics",
        channels,
        5,
        spec().channels(),
        blocks,
        spec().epsilon(),
        spec().momentum(),
        (float) (1.0 - spec().momentum()),
        spec().unbiased() ? 1 : 0);
  }

  private Passes passes(int pixels) {
    int rows = (int) spec().rows();
    int width = spec().channels();
    int blockRows = Math.ceilDiv(rows, blocks);
    return new Passes(
        parts.launch(
            program, "batch_norm_moments", sums, 3, rows, width, blocks, blockRows, pixels),
        parts.launch(
            program, "batch_norm_gradient_sums", sums, 5, rows, width, blocks, blockRows, pixels),
        totals(pixels, 0),
        totals(pixels, 1),
        parts.launch(program, "batch_norm_gradient", elements, 6, rows, width, pixels));
  }

  private Launch totals(int pixels, int parameters) {
    return parts.launch(
        program,
        "batch_norm_gradient_totals",
        channels,
        7,
        (int) spec().rows(),
        spec().channels(),
        blocks,
        pixels,
        parameters);
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  public long workspaceBytes() {
    return (long) PLANES * (blocks + 1) * spec().channels() * Float.BYTES;
  }

  /** Where the numbers of the channels begin in the workspace, in elements. */
  private long planes() {
    return (long) PLANES * blocks * spec().channels();
  }

  @Override
  protected void runForward(
      Stream stream,
      DeviceBuffer x,
      DeviceBuffer gamma,
      DeviceBuffer beta,
      DeviceBuffer movingMean,
      DeviceBuffer movingVariance,
      @Nullable DeviceBuffer labels,
      DeviceBuffer y,
      DeviceBuffer mean,
      DeviceBuffer invStd) {
    long memory = parts.workspace(stream);
    Launch moments = labels == null ? unlabelled.moments : labelled.moments;
    moments.buffer(0, x).buffer(1, labels == null ? x : labels).memory(2, memory, 0).run(stream);
    statistics.memory(0, memory, 0).buffer(1, mean).buffer(2, invStd);
    statistics.buffer(3, movingMean).buffer(4, movingVariance).run(stream);
    normalise.buffer(0, x).buffer(1, gamma).buffer(2, beta).buffer(3, mean).buffer(4, invStd);
    normalise.buffer(5, y).run(stream);
  }

  @Override
  protected void runInfer(
      Stream stream,
      DeviceBuffer x,
      DeviceBuffer gamma,
      DeviceBuffer beta,
      DeviceBuffer movingMean,
      DeviceBuffer movingVariance,
      DeviceBuffer y) {
    infer.buffer(0, x).buffer(1, gamma).buffer(2, beta).buffer(3, movingMean);
    infer.buffer(4, movingVariance).buffer(5, y).run(stream);
  }

  @Override
  protected void runBackward(
      Stream stream,
      DeviceBuffer x,
      DeviceBuffer dy,
      DeviceBuffer gamma,
      DeviceBuffer mean,
      DeviceBuffer invStd,
      @Nullable DeviceBuffer labels,
      @Nullable DeviceBuffer dx,
      @Nullable DeviceBuffer dgamma,
      @Nullable DeviceBuffer dbeta) {
    long memory = parts.workspace(stream);
    Passes passes = labels == null ? unlabelled : labelled;
    DeviceBuffer marks = labels == null ? x : labels;
    passes.gradientSums.buffer(0, x).buffer(1, dy).buffer(2, marks).buffer(3, mean);
    passes.gradientSums.memory(4, memory, 0).run(stream);
    Launch totals = dgamma == null ? passes.gradientTotals : passes.parameterTotals;
    totals.memory(0, memory, 0).buffer(1, marks).buffer(2, gamma).buffer(3, invStd);
    totals.memory(4, memory, planes()).buffer(5, dgamma == null ? gamma : dgamma);
    totals.buffer(6, dbeta == null ? gamma : dbeta).run(stream);
    if (dx != null) {
      passes.gradient.buffer(0, x).buffer(1, dy).buffer(2, marks).buffer(3, mean);
      passes.gradient.memory(4, memory, planes()).buffer(5, dx).run(stream);
    }
  }

  @Override
  protected void release() {
    parts.close();
  }
}
