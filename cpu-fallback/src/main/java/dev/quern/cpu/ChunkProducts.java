package dev.quern.cpu;

import java.util.function.IntFunction;
import java.util.stream.LongStream;

/** A product for whole chunks of patches, and for what is left behind the last of them. */
final class ChunkProducts {
  private final int[] counts;
  private final IndirectProduct[] products;

  /**
   * Prepares.
   *
   * @param make the product of so many patches
   * @param chunk patches of a whole chunk
   * @param totals numbers of patches that are cut into chunks
   */
  ChunkProducts(IntFunction<IndirectProduct> make, int chunk, long... totals) {
    counts =
        LongStream.concat(LongStream.of(chunk), LongStream.of(totals).map(all -> all % chunk))
            .filter(count -> count > 0)
            .distinct()
            .mapToInt(Math::toIntExact)
            .toArray();
    products = new IndirectProduct[counts.length];
    for (int i = 0; i < counts.length; i++) {
      products[i] = make.apply(counts[i]);
    }
  }

  /** The product of this many patches. */
  IndirectProduct of(int count) {
    int i = 0;
    while (counts[i] != count) {
      i++;
    }
    return products[i];
  }

  /** What a whole chunk takes, about. */
  double nanos() {
    return products[0].units() * products[0].nanos();
  }

  /** Shape of the main tile. */
  String tileName(int lanes) {
    return products[0].tileName(lanes);
  }
}
