package dev.quern.cpu;

import java.util.Arrays;
import java.util.List;

/**
 * Several products over the same operands as one parallel loop, so that their tiles are shared out
 * together.
 */
final class ProductLoop implements WorkerPool.Loop {

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

  /** Computes all products; addresses are in bytes, {@code bias} is ignored where none is added. */
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

  /** Name of the largest product's tile. */
  String tileName(int lanes) {
    String name = "empty";
    long most = 0;
    for (Part part : parts) {
      if (part.product().units() > most) {
        most = part.product().units();
        name = part.product().tileName(lanes);
      }
    }
    return name;
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
