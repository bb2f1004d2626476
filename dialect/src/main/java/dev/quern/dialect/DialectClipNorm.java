package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.ClipNorm;
import java.util.List;

/**
 * Clipping by the norm in three launches: squares are summed up block by block into the workspace,
 * one group makes the factors of the blocks' sums, and elements are scaled.
 */
public final class DialectClipNorm extends ClipNorm {
  /** Elements of a block, or more where there would be too many blocks. */
  private static final int BLOCK = 4096;

  /** Enough to occupy a large GPU, few enough for one group to sum up. */
  private static final int MOST_BLOCKS = 2048;

  /** Numbers of a block in the workspace. */
  private static final int SUMS = 2;

  /** Numbers behind those of the blocks. */
  private static final int FACTORS = 2;

  private final Parts parts;
  private final int blocks;
  private final Launch squares;
  private final Launch factors;
  private final Launch scale;
  private final String implementation;

  /**
   * Prepares it. The kernel closes its parts; if this fails, the caller does.
   *
   * @throws dev.quern.core.UnsupportedSpecException if it has 2^31 elements or more
   */
  public DialectClipNorm(Parts parts, Spec spec) {
    super(parts.device(), spec);
    this.parts = parts;
    int count = parts.requireInt(spec, "g", spec.count());
    int length = Math.max(BLOCK, Math.ceilDiv(count, MOST_BLOCKS));
    blocks = Math.ceilDiv(count, length);
    Spans spans = parts.spans();
    int items = spans.rowItems(BLOCK);
    Program program =
        parts.program(
            List.of("softmax.cl", "clip.cl"),
            "ROW_ITEMS=" + items,
            "LOGARITHM=0",
            "SPAN=" + spans.elements());
    Range one = Range.groups(1, items);
    squares =
        parts.launch(
            program, "clip_squares", Range.groups(blocks, items), 2, count, blocks, length);
    factors = parts.launch(program, "clip_factors", one, 2, blocks, spec.limit());
    scale = parts.launch(program, "clip_scale", spans.over(count), 2, count);
    implementation = spans.name() + ":blocks";
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  public long workspaceBytes() {
    return ((long) SUMS * blocks + FACTORS) * Float.BYTES;
  }

  @Override
  protected void runClip(Stream stream, DeviceBuffer g) {
    long memory = parts.workspace(stream);
    long behind = (long) SUMS * blocks;
    squares.buffer(0, g).memory(1, memory, 0).run(stream);
    factors.memory(0, memory, 0).memory(1, memory, behind).run(stream);
    scale.buffer(0, g).memory(1, memory, behind).run(stream);
  }

  @Override
  protected void release() {
    parts.close();
  }
}
