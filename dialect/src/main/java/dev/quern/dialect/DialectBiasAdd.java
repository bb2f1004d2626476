package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.BiasAdd;
import java.util.List;

/**
 * Bias and its gradient. Gradients are summed up block by block into the workspace, then over the
 * blocks; their number follows from the problem and the kind of device alone.
 */
public final class DialectBiasAdd extends BiasAdd {
  private final Parts parts;
  private final Launch forward;
  private final Launch partials;
  private final Launch total;
  private final int blocks;
  private final String implementation;

  /**
   * Prepares it. The kernel closes its parts; if this fails, the caller does.
   *
   * @throws dev.quern.core.UnsupportedSpecException if it has 2^31 elements or more
   */
  public DialectBiasAdd(Parts parts, Spec spec) {
    super(parts.device(), spec);
    this.parts = parts;
    parts.requireInt(spec, "x", spec.count());
    Spans spans = parts.spans();
    Program program = parts.program(List.of("bias_add.cl"), "SPAN=" + spans.bandRows());
    int rows = (int) spec.rows();
    int channels = spec.channels();
    if (spec.inner() == 1) {
      int lanes = parts.traits().lanes();
      long columns = (channels + lanes - 1L) / lanes;
      long bands = (rows + spans.bandRows() - 1L) / spans.bandRows();
      forward =
          parts.launch(
              program,
              "bias_add_rows",
              new Range(columns, bands, 1, spans.groupFor(columns), 1),
              3,
              rows,
              channels);
      blocks = Math.clamp(rows / spans.leastBlockRows(), 1, spans.mostBlocks());
      int blockRows = (rows + blocks - 1) / blocks;
      partials =
          parts.launch(
              program,
              "bias_gradient_rows",
              new Range(columns, blocks, 1, spans.groupFor(columns), 1),
              2,
              rows,
              channels,
              blocks,
              blockRows);
    } else {
      int planes = rows * channels;
      long pieces = (spec.inner() + spans.bandRows() - 1L) / spans.bandRows();
      forward =
          parts.launch(
              program,
              "bias_add_planes",
              new Range(pieces, planes, 1, spans.groupFor(pieces), 1),
              3,
              planes,
              channels,
              spec.inner());
      blocks = rows;
      partials =
          parts.launch(
              program,
              "bias_gradient_planes",
              Range.of(planes, spans.groupFor(planes)),
              2,
              planes,
              spec.inner());
    }
    total =
        parts.launch(
            program,
            "bias_gradient_total",
            Range.of(channels, spans.groupFor(channels)),
            2,
            channels,
            blocks);
    implementation = spans.name() + ":blocks";
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  public long workspaceBytes() {
    return blocks == 1 ? 0 : (long) blocks * spec().channels() * Float.BYTES;
  }

  @Override
  protected void runForward(Stream stream, DeviceBuffer x, DeviceBuffer b, DeviceBuffer y) {
    forward.buffer(0, x).buffer(1, b).buffer(2, y).run(stream);
  }

  @Override
  protected void runBackward(Stream stream, DeviceBuffer dy, DeviceBuffer db) {
    if (blocks == 1) {
      partials.buffer(0, dy).buffer(1, db).run(stream); // one block's sums are the total
      return;
    }
    long sums = parts.workspace(stream);
    partials.buffer(0, dy).memory(1, sums, 0).run(stream);
    total.memory(0, sums, 0).buffer(1, db).run(stream);
  }

  @Override
  protected void release() {
    parts.close();
  }
}
