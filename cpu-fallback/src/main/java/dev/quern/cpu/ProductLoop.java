package dev.quern.cpu;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Products that read their operands as they lie. */
final class ProductLoop implements Products, WorkerPool.Loop {

  /**
   * A product and where its operands begin, in elements.
   *
   * @param product the product
   * @param a offset in A
   * @param b offset in B
   * @param c offset in C
   */
  record Part(IndirectProduct product, long a, long b, long c) {}

  private final Part[] parts;
  private final long[] ends;
  private final double nanos;
  private long a;
  private long b;
  private long c;
  private long bias;

  ProductLoop(List<Part> parts) {
    this.parts = parts.toArray(Part[]::new);
    this.ends = new long[this.parts.length];
    long units = 0;
    double longest = 0;
    for (int i = 0; i < ends.length; i++) {
      units += this.parts[i].product().units();
      ends[i] = units;
      longest = Math.max(longest, this.parts[i].product().nanos());
    }
    nanos = longest;
  }

  @Override
  public long workspaceBytes() {
    return 0;
  }

  @Override
  public void run(WorkerPool pool, long a, long b, long c, long bias, long workspace) {
    run(pool, a, b, c, bias);
  }

  /** {@link Products#run} without a workspace. */
  void run(WorkerPool pool, long addressA, long addressB, long addressC, long addressBias) {
    if (ends.length == 0) {
      return;
    }
    a = addressA;
    b = addressB;
    c = addressC;
    bias = addressBias;
    pool.run(ends[ends.length - 1], nanos, this);
  }

  @Override
  public String tileName(int lanes) {
    return tileName(List.of(parts), lanes);
  }

  /** Name of the tile of the largest of some products. */
  static String tileName(List<Part> parts, int lanes) {
    return parts.stream()
        .map(Part::product)
        .max(Comparator.comparingLong(IndirectProduct::units))
        .map(product -> product.tileName(lanes))
        .orElse("empty");
  }

  @Override
  public void run(long from, long to, int worker) {
    long unit = from;
    for (int i = partOf(from); unit < to; i++) {
      Part part = parts[i];
      long start = ends[i] - part.product().units();
      long end = Math.min(to, ends[i]);
      part.product()
          .run(
              unit - start,
              end - start,
              a + Float.BYTES * part.a(),
              b + Float.BYTES * part.b(),
              c + Float.BYTES * part.c(),
              bias);
      unit = end;
    }
  }

  private int partOf(long unit) {
    int found = Arrays.binarySearch(ends, unit);
    int part = found < 0 ? -found - 1 : found;
    while (ends[part] <= unit) {
      part++;
    }
    return part;
  }
}
