package dev.quern.kernels;

import static dev.quern.core.DataType.FLOAT32;
import static dev.quern.core.DataType.INT32;

import dev.quern.core.DataType;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import java.util.EnumSet;
import java.util.Set;

/**
 * Picks the next batch from a data set that lies on the device. With {@code j = cursor * batch +
 * i}:
 *
 * <pre>
 * x[i, e] = data[indices[j], e] * scale + shift   and   y[i] = labels[indices[j]]    for j &lt; picks
 * x[i, e] = 0                                     and   y[i] = IGNORED               for j &gt;= picks
 * cursor  = cursor + 1                                                               afterwards
 * </pre>
 *
 * <p>So a recorded step walks through a permutation by itself, and a partial last batch is filled
 * up with rows whose label {@link SoftmaxCrossEntropy} ignores.
 *
 * <p>Shapes: {@code data} is UINT8 or FLOAT32 [rows, elements], {@code labels} INT32 [rows], {@code
 * indices} INT32 [picks], {@code cursor} one INT32, {@code x} FLOAT32 [batch, elements], {@code y}
 * INT32 [batch]. {@code x}, {@code y} are overwritten; nothing may alias. An index outside the data
 * set is the caller's error: its row is NaN and its label ignored. Deterministic. Cost: two
 * operations an element; 5 or 8 bytes.
 */
public abstract class GatherBatch extends OpKernel<GatherBatch.Spec> {
  /** Label of rows that do not count. */
  public static final int IGNORED = -1;

  /** For backends. */
  protected GatherBatch(Device device, Spec spec) {
    super(device, spec);
  }

  /** Fills {@code x} and {@code y} with batch number {@code cursor} and advances the cursor. */
  public final void run(
      Stream stream,
      DeviceBuffer data,
      DeviceBuffer labels,
      DeviceBuffer indices,
      DeviceBuffer cursor,
      DeviceBuffer x,
      DeviceBuffer y) {
    check(stream, "data", data, spec().type(), (long) spec().rows() * spec().elements());
    check(stream, "labels", labels, INT32, spec().rows());
    check(stream, "indices", indices, INT32, spec().picks());
    check(stream, "cursor", cursor, INT32, 1);
    check(stream, "x", x, FLOAT32, (long) spec().batch() * spec().elements());
    check(stream, "y", y, INT32, spec().batch());
    checkApart("x", x, "data", data);
    checkApart("y", y, "labels", labels);
    if (stream.begin(this)) {
      runGather(stream, data, labels, indices, cursor, x, y);
    }
  }

  /** For backends: the checked run. */
  protected abstract void runGather(
      Stream stream,
      DeviceBuffer data,
      DeviceBuffer labels,
      DeviceBuffer indices,
      DeviceBuffer cursor,
      DeviceBuffer x,
      DeviceBuffer y);

  /**
   * Batches from a data set of [rows, elements].
   *
   * @param type UINT8 or FLOAT32
   * @param rows rows of the data set, 0 or more
   * @param elements elements of a row, 1 or more
   * @param picks length of the index list, 0 or more; it may repeat or leave out rows
   * @param batch rows of a batch, 0 or more
   * @param scale what elements are multiplied by, for example 1/255
   * @param shift what is added afterwards
   */
  public record Spec(
      DataType type, int rows, int elements, int picks, int batch, float scale, float shift)
      implements OpSpec<GatherBatch> {

    /**
     * Checks the problem.
     *
     * @throws SpecException if an extent is out of range or the type is not offered
     */
    public Spec {
      Window.requireAtLeast("gather-batch", "rows", rows, 0);
      Window.requireAtLeast("gather-batch", "elements", elements, 1);
      Window.requireAtLeast("gather-batch", "picks", picks, 0);
      Window.requireAtLeast("gather-batch", "batch", batch, 0);
      if (type == INT32) {
        throw new SpecException("gather-batch: type must be UINT8 or FLOAT32, but is INT32");
      }
    }

    @Override
    public Class<GatherBatch> kernelType() {
      return GatherBatch.class;
    }

    @Override
    public String describe() {
      return "gather-batch/mb%de%drows%dpicks%d%sscale%sshift%s"
          .formatted(batch, elements, rows, picks, type, scale, shift);
    }

    @Override
    public Set<Pass> passes() {
      return EnumSet.of(Pass.FORWARD);
    }

    @Override
    public double flops(Pass pass) {
      return 2.0 * batch * elements;
    }

    @Override
    public double bytes(Pass pass) {
      return (4.0 + type.bytes()) * batch * elements + 12.0 * batch;
    }
  }
}
