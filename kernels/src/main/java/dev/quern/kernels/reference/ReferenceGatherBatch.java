package dev.quern.kernels.reference;

import dev.quern.kernels.GatherBatch;

/** {@link GatherBatch} in double precision. */
public final class ReferenceGatherBatch {
  private final Bounded x;
  private final int[] y;

  private ReferenceGatherBatch(GatherBatch.Spec spec) {
    this.x = new Bounded(Math.multiplyExact(spec.batch(), spec.elements()), 2);
    this.y = new int[spec.batch()];
  }

  /**
   * Batch number {@code cursor}.
   *
   * @param data the data set as numbers, bytes read as 0 to 255
   */
  public static ReferenceGatherBatch gather(
      GatherBatch.Spec spec, double[] data, int[] labels, int[] indices, int cursor) {
    ReferenceGatherBatch result = new ReferenceGatherBatch(spec);
    for (int i = 0; i < spec.batch(); i++) {
      long j = (long) cursor * spec.batch() + i;
      boolean picked = j < spec.picks();
      int row = picked ? indices[(int) j] : -1;
      boolean inside = row >= 0 && row < spec.rows();
      result.y[i] = inside ? labels[row] : GatherBatch.IGNORED;
      for (int e = 0; e < spec.elements(); e++) {
        int at = i * spec.elements() + e;
        if (inside) {
          result.x.add(at, data[row * spec.elements() + e] * spec.scale());
          result.x.add(at, spec.shift());
        } else {
          result.x.set(at, picked ? Double.NaN : 0);
        }
      }
    }
    return result;
  }

  /** The batch's rows. */
  public Bounded x() {
    return x;
  }

  /** Their labels. */
  public int[] y() {
    return y;
  }
}
