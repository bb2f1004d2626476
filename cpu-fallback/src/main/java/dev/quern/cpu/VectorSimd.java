package dev.quern.cpu;

import dev.quern.core.ComputeException;

/** Makes the set of loops that use the Vector API. Loaded only where its module is present. */
final class VectorSimd {
  private VectorSimd() {}

  /** Loops at the width that the processor prefers. */
  static Simd preferred() {
    return ofBits(VectorWidth.bits());
  }

  /**
   * Loops at a width.
   *
   * @throws ComputeException if this process has settled on another width already
   */
  static Simd ofBits(int bits) {
    if (bits != VectorWidth.bits()) {
      throw new ComputeException(
          ("%s changed to %d, but this process uses vectors of %d bits already: set it when"
                  + " starting Java")
              .formatted(Simd.BITS_PROPERTY, bits, VectorWidth.bits()));
    }
    return new Simd(
        "Vector API " + bits + " bit",
        VectorWidth.LANES,
        new VectorTileSet(),
        new VectorElementLoops(),
        new VectorSoftmaxLoops(),
        new VectorPoolLoops(),
        new VectorPlaneLoops(),
        new VectorUpdateLoops(),
        new VectorDropoutLoops());
  }
}
