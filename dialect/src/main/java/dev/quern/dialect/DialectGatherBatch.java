package dev.quern.dialect;

import dev.quern.core.DataType;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.GatherBatch;
import java.util.List;

/** Picks rows of a data set, and counts the batch in a launch of its own. */
public final class DialectGatherBatch extends GatherBatch {
  private final Parts parts;
  private final Launch gather;
  private final Launch advance;
  private final String implementation;

  /**
   * Prepares it. The kernel closes its parts; if this fails, the caller does.
   *
   * @throws dev.quern.core.UnsupportedSpecException if it has 2^31 elements or more
   */
  public DialectGatherBatch(Parts parts, Spec spec) {
    super(parts.device(), spec);
    this.parts = parts;
    parts.requireInt(spec, "x", (long) spec.batch() * spec.elements());
    Spans spans = parts.spans();
    Program program =
        parts.program(
            List.of("gather_batch.cl"),
            "SPAN=" + spans.elements(),
            "ELEMENT=" + (spec.type() == DataType.UINT8 ? "uchar" : "float"));
    long pieces = (spec.elements() + spans.elements() - 1L) / spans.elements();
    gather =
        parts.launch(
            program,
            "gather_batch",
            new Range(pieces, spec.batch(), 1, spans.group(), 1),
            6,
            spec.rows(),
            spec.elements(),
            spec.picks(),
            spec.batch(),
            IGNORED,
            spec.scale(),
            spec.shift());
    advance = parts.launch(program, "advance", Range.of(1, 1), 1);
    implementation = spans.name() + ":rows";
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  protected void runGather(
      Stream stream,
      DeviceBuffer data,
      DeviceBuffer labels,
      DeviceBuffer indices,
      DeviceBuffer cursor,
      DeviceBuffer x,
      DeviceBuffer y) {
    gather.buffer(0, data).buffer(1, labels).buffer(2, indices).buffer(3, cursor);
    gather.buffer(4, x).buffer(5, y).run(stream);
    advance.buffer(0, cursor).run(stream);
  }

  @Override
  protected void release() {
    parts.close();
  }
}
