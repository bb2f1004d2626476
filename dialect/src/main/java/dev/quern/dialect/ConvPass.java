package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One pass of a convolution: a product, what packs its right factor before it, and what adds up and
 * unpacks its result behind it. Packed factor and unfinished result begin the workspace.
 *
 * @param parts what all of this is part of
 * @param product the product
 * @param pack packs the right factor; null if it is read where it lies
 * @param packedElements room for what that writes
 * @param unpack adds up partial results; null if the product writes the result itself
 * @param resultElements room for partial results
 */
record ConvPass(
    Parts parts,
    Product product,
    @Nullable Rearrangement pack,
    long packedElements,
    @Nullable Rearrangement unpack,
    long resultElements) {

  String name() {
    return product.name() + ",indirect";
  }

  long workElements() {
    return packedElements + resultElements;
  }

  boolean packs() {
    return pack != null;
  }

  Launch launch() {
    return product.launch();
  }

  /** The launch with its right factor set, packed if need be. */
  Launch product(Stream stream, DeviceBuffer factor) {
    if (pack == null) {
      return launch().buffer(Product.B, factor);
    }
    pack(stream, factor);
    return launch();
  }

  /** Packs the right factor and sets it, if it needs packing. */
  void pack(Stream stream, DeviceBuffer factor) {
    if (pack != null) {
      pack(stream, pack.launch().buffer(0, factor));
    }
  }

  /** The same with a factor that lies in the workspace, from element {@code start} on. */
  void pack(Stream stream, long start) {
    if (pack != null) {
      pack(stream, pack.launch().memory(0, parts.workspace(stream), start));
    }
  }

  private void pack(Stream stream, Launch copy) {
    long packed = parts.workspace(stream);
    copy.memory(1, packed, 0).run(stream);
    launch().memory(Product.B, packed, 0);
  }

  /** Runs the product, whose other operands are set, and writes the sum of its partial results. */
  void sum(Stream stream, DeviceBuffer target) {
    if (unpack == null) {
      launch().buffer(Product.C, target).run(stream);
      return;
    }
    long memory = parts.workspace(stream);
    launch().memory(Product.C, memory, packedElements).run(stream);
    unpack.launch().memory(0, memory, packedElements).buffer(1, target).run(stream);
  }
}
