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
    Loops loops = spec.inner() == 1 ? overRows(program) : overPlanes(program);
    forward = loops.forward();
    partials = loops.partials();
    blocks = loops.blocks();
    int channels = spec.channels();
    Range each = Range.of(channels, spans.groupFor(channels));
    total = parts.launch(program, "bias_gradient_total", each, 2, channels, blocks);
    implementation = spans.name() + ":blocks";
  }

  /**
   * What hangs on the layout.
   *
   * @param partials the sums over each of the blocks
   */
  private record Loops(Launch forward, Launch partials, int blocks) {}

  /** Channels are neighbours, and blocks are of rows. */
  private Loops overRows(Program program) {
    Spans spans = parts.spans();
    int rows = (int) spec().rows();
    int channels = spec().channels();
    int lanes = parts.traits().lanes();
    long columns = (channels + lanes - 1L) / lanes;
    long bands = (rows + spans.bandRows() - 1L) / spans.bandRows();
    int group = spans.groupFor(columns);
    Range each = new Range(columns, bands, 1, group, 1);
    int count = Math.clamp(rows / spans.leastBlockRows(), 1, spans.mostBlocks());
    int blockRows = (rows + count - 1) / count;
    Range eachBlock = new Range(columns, count, 1, group, 1);
    return new Loops(
        parts.launch(program, "bias_add_rows", each, 3, rows, channels),
        parts.launch(program, "bias_gradient_rows", eachBlock, 2, rows, channels, count, blockRows),
        count);
  }

  /** Each channel of each image is a plane, and a block is an image. */
  private Loops overPlanes(Program program) {
    Spans spans = parts.spans();
    int images = (int) spec().rows();
    int channels = spec().channels();
    int planes = images * channels;
    long pieces = (spec().inner() + spans.bandRows() - 1L) / spans.bandRows();
    Range each = new Range(pieces, planes, 1, spans.groupFor(pieces), 1);
    Range eachPlane = Range.of(planes, spans.groupFor(planes));
    return new Loops(
        parts.launch(program, "bias_add_planes", each, 3, planes, channels, spec().inner()),
        parts.launch(program, "bias_gradient_planes", eachPlane, 2, planes, spec().inner()),
        images);
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
