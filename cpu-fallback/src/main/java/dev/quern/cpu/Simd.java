package dev.quern.cpu;

import dev.quern.core.ComputeException;

/**
 * The versions of all loops for one instruction set: what a processor runs best, or what was asked
 * for.
 *
 * @param description for people, for example {@code Vector API 512 bit}
 * @param lanes float32 lanes of a vector, 1 in plain Java
 * @param tiles register tiles of matrix products
 * @param transforms line transforms of Winograd's convolutions
 * @param elements loops over elements
 * @param activations activations of elements
 * @param softmaxes rows of softmaxes
 * @param denseLosses rows of losses against dense targets
 * @param pools rows of poolings
 * @param pairs rows of poolings by windows of 2 x 2, the usual ones
 * @param planes rows of poolings of a single channel
 * @param averages rows of average-poolings
 * @param averagePairs rows of average-poolings by windows of 2 x 2, the usual ones
 * @param adam steps of Adam
 * @param sgd steps of gradient descent
 * @param rmsProp steps of RMSprop
 * @param dropouts masks of dropouts
 * @param norms rows of batch normalisations
 * @param augments pixels of augmented images
 */
record Simd(
    String description,
    int lanes,
    TileSet tiles,
    TransformSet transforms,
    ElementLoops elements,
    ActivationSet activations,
    SoftmaxLoops softmaxes,
    DenseLossLoops denseLosses,
    PoolLoops pools,
    Warming<PoolLoops> pairs,
    PoolLoops planes,
    AverageLoops averages,
    AverageLoops averagePairs,
    Warming<UpdateLoops> adam,
    Warming<UpdateLoops> sgd,
    Warming<UpdateLoops> rmsProp,
    DropoutLoops dropouts,
    NormLoops norms,
    Warming<AugmentLoops> augments) {
  static final String FLAG = "--add-modules jdk.incubator.vector";

  /** The system property that asks for a width. */
  static final String BITS_PROPERTY = "quern.cpu.vectorBits";

  /** The best set that this process can run, or the one that {@code quern.cpu.vectorBits} names. */
  static Simd choose() {
    return switch (System.getProperty(BITS_PROPERTY, "")) {
      case "" -> vectorModulePresent() ? VectorSimd.preferred() : scalar();
      case "0" -> scalar();
      case "128" -> vector(128);
      case "256" -> vector(256);
      case "512" -> vector(512);
      default ->
          throw new ComputeException(
              BITS_PROPERTY
                  + " must be 512, 256, 128 or 0, but is '"
                  + System.getProperty(BITS_PROPERTY)
                  + "'");
    };
  }

  /** Whether the JVM was started with the incubator module that the Vector API lives in. */
  static boolean vectorModulePresent() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }

  private static Simd vector(int bits) {
    if (!vectorModulePresent()) {
      throw new ComputeException(
          BITS_PROPERTY + "=" + bits + " needs the Vector API: start Java with " + FLAG);
    }
    return VectorSimd.ofBits(bits);
  }

  /** Loops in plain Java. */
  static Simd scalar() {
    return new Simd(
        "plain Java",
        1,
        new PlainTileSet(),
        new PlainTransformSet(),
        new ScalarElementLoops(),
        (kind, pass) -> Warming.only(new ScalarActivationLoops()),
        new ScalarSoftmaxLoops(),
        new ScalarDenseLossLoops(),
        new ScalarPoolLoops(),
        Warming.only(new ScalarPoolLoops()),
        new ScalarPoolLoops(),
        new ScalarAverageLoops(),
        new ScalarAverageLoops(),
        Warming.only(new ScalarUpdateLoops()),
        Warming.only(new ScalarUpdateLoops()),
        Warming.only(new ScalarUpdateLoops()),
        new ScalarDropoutLoops(),
        new ScalarNormLoops(),
        Warming.only(new ScalarAugmentLoops()));
  }

  /**
   * What kernels begin the names of their implementations with: {@code vector512} or {@code
   * scalar}.
   */
  String name() {
    return lanes == 1 ? "scalar" : "vector" + lanes * Float.SIZE;
  }
}
