package dev.quern.cpu;

import dev.quern.core.ComputeException;
import java.util.function.Predicate;
import java.util.function.Supplier;

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
        new VectorTransformSet(),
        new WarmingElementLoops(),
        new VectorActivationSet(),
        new WarmingSoftmaxLoops(),
        new VectorDenseLossLoops(),
        new VectorPoolLoops(),
        warming(new ScalarPoolLoops(), VectorPairLoops::new, VectorPairLoops::exercise),
        new VectorPlaneLoops(),
        new VectorAverageLoops(),
        new VectorAveragePairLoops(),
        warming(new ScalarUpdateLoops(), VectorUpdateLoops::new, VectorUpdateLoops::exerciseAdam),
        warming(new ScalarUpdateLoops(), VectorUpdateLoops::new, VectorUpdateLoops::exerciseSgd),
        warming(
            new ScalarUpdateLoops(), VectorUpdateLoops::new, VectorUpdateLoops::exerciseRmsProp),
        new VectorDropoutLoops(),
        new VectorNormLoops(),
        warming(new ScalarAugmentLoops(), VectorAugmentLoops::new, VectorAugmentLoops::exercise));
  }

  /** What begins in plain Java, unless {@code quern.cpu.warmUp} is false. */
  static <T> Warming<T> warming(T plain, Supplier<T> vector, Predicate<T> exercise) {
    return Boolean.parseBoolean(System.getProperty("quern.cpu.warmUp", "true"))
        ? Warming.of(plain, vector, exercise, WarmUp.OF_PROCESS)
        : Warming.only(vector.get());
  }
}
