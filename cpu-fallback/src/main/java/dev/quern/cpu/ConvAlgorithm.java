package dev.quern.cpu;

import dev.quern.core.ComputeException;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Pass;
import dev.quern.kernels.Sums;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The ways to compute a convolution, and which one is taken. It follows from the spec alone, never
 * from the processor or the number of threads, so that the results are the same bits everywhere.
 */
enum ConvAlgorithm {
  /** Every product as the contract has it. */
  DIRECT,
  /** The same bits, with the filters in registers: {@link HeldFilters}. */
  HELD,
  /** Several pixels of few channels at a time: {@link PixelGroups}. */
  GROUPED,
  /** Gradients by filters of one tap, one operand packed: {@link PointwiseFilterPass}. */
  POINTWISE,
  /** {@link Winograd#F2}. */
  WINOGRAD2,
  /** {@link Winograd#F4}. */
  WINOGRAD4;

  /**
   * The system property that asks for one: {@code direct}, {@code held}, {@code grouped}, {@code
   * pointwise}, {@code winograd2}, {@code winograd4}.
   */
  static final String PROPERTY = "quern.cpu.convolution";

  /** Channels that Winograd's transforms take at once, at any width of vectors. */
  private static final int CHANNELS = 16;

  /** What a multiply-add in a product of short sums costs, where one in a long sum costs 1. */
  private static final double SHORT_SUMS = 1.3;

  /** Transformed filters: what is larger is fetched from memory for every few patches. */
  private static final double MOST_FILTER_BYTES = 16 << 20;

  /** Below this, too few for the threads of a large processor. */
  private static final int LEAST_IMAGES = 8;

  /** Elements of a window of which 32 registers hold two vectors of filters each. */
  private static final int MOST_HELD = 13;

  /** Two vectors, the widest: with one the chain of multiply-adds waits for itself. */
  private static final int HELD_FILTERS = 32;

  /** What a multiply-add with a held filter costs, where one in a tile costs 1. */
  private static final double HELD_COST = 0.7;

  /** Outputs from which pixels are grouped: packing the filters anew takes as long as a few. */
  private static final long LEAST_GROUPED_OUTPUTS = 1 << 16;

  /** Inputs up to which they are, 16 MB: as much is needed in the workspace. */
  private static final long MOST_GROUPED_INPUTS = 1 << 22;

  /** Filters from which their gradient is packed: 2 MB, more than stays in L2. */
  private static final long LEAST_POINTWISE_FILTERS = 1 << 19;

  /** Or elements of x and dy, 7 MB: fewer stay near the processors as they lie. */
  private static final long LEAST_POINTWISE_ELEMENTS = 7 << 18;

  /** Where either has this many channels: packing an element takes as long as 25 products. */
  private static final int LEAST_POINTWISE_CHANNELS = 256;

  /** What a multiply-add with a packed operand costs there, where one in place costs 1. */
  private static final double POINTWISE_COST = 0.85;

  /** What must be saved, as a share. */
  private static final double LEAST_GAIN = 0.9;

  /**
   * The algorithm for a pass: what is asked for where it is possible, else what takes the least
   * time by {@link #cost}.
   *
   * @throws ComputeException if the property names none
   */
  static ConvAlgorithm of(Conv2d.Spec spec, Pass pass) {
    ConvAlgorithm asked = asked();
    if (asked != null) {
      return asked.offers(spec) ? asked : DIRECT;
    }
    ConvAlgorithm best = DIRECT;
    double least = LEAST_GAIN * DIRECT.cost(spec, pass);
    for (ConvAlgorithm algorithm : values()) {
      boolean chosen = algorithm.suits(spec, pass) && algorithm.offers(spec);
      if (chosen && algorithm.cost(spec, pass) < least) {
        best = algorithm;
        least = algorithm.cost(spec, pass);
      }
    }
    return best;
  }

  private static @Nullable ConvAlgorithm asked() {
    String name = System.getProperty(PROPERTY);
    if (name == null) {
      return null;
    }
    for (ConvAlgorithm algorithm : values()) {
      if (algorithm.toString().equals(name)) {
        return algorithm;
      }
    }
    throw new ComputeException(
        "%s must be one of %s, but is '%s'"
            .formatted(
                PROPERTY,
                Arrays.stream(values())
                    .map(ConvAlgorithm::toString)
                    .collect(Collectors.joining(", ")),
                name));
  }

  /** Its matrices; null if it is not one of Winograd's. */
  @Nullable Winograd winograd() {
    return switch (this) {
      case DIRECT, HELD, GROUPED, POINTWISE -> null;
      case WINOGRAD2 -> Winograd.F2;
      case WINOGRAD4 -> Winograd.F4;
    };
  }

  private boolean offers(Conv2d.Spec spec) {
    return switch (this) {
      case DIRECT -> true;
      case HELD -> offersHeld(spec);
      case GROUPED -> offersGroups(spec);
      case POINTWISE -> offersPointwise(spec);
      case WINOGRAD2, WINOGRAD4 -> offersWinograd(spec);
    };
  }

  /** Every window sees the same taps. */
  private static boolean offersHeld(Conv2d.Spec spec) {
    boolean fits = spec.r() * spec.s() * spec.c() <= MOST_HELD && spec.k() % HELD_FILTERS == 0;
    return isUnpadded(spec) && fits && spec.groups() == 1 && spec.outputs() > 0;
  }

  private static boolean isUnpadded(Conv2d.Spec spec) {
    return spec.padTop() + spec.padBottom() + spec.padLeft() + spec.padRight() == 0;
  }

  private static boolean offersPointwise(Conv2d.Spec spec) {
    boolean oneTap = spec.r() * spec.s() * spec.groups() == 1;
    return oneTap && isUnpadded(spec) && spec.outputs() > 0 && PixelPieces.countable(spec);
  }

  private static boolean offersGroups(Conv2d.Spec spec) {
    return spec.sums() != Sums.EXACT && spec.outputs() > 0 && PixelGroups.best(spec).pixels() > 1;
  }

  private static boolean offersWinograd(Conv2d.Spec spec) {
    boolean dense = spec.strideH() * spec.strideW() * spec.dilationH() * spec.dilationW() == 1;
    boolean taps = spec.r() == Winograd.TAPS && spec.s() == Winograd.TAPS;
    boolean channels = spec.c() % CHANNELS == 0 && spec.k() % CHANNELS == 0;
    return spec.sums() != Sums.EXACT
        && dense
        && taps
        && channels
        && spec.groups() == 1
        && spec.outputs() > 0;
  }

  /**
   * Whether it is chosen of itself. Forward, in training, F(4 x 4) is not: where a window sees
   * zeros alone it leaves a rest of 1e-7 of its neighbours, and where windows are equal their
   * outputs differ by as much. A ReLU takes every second rest for positive, a max-pooling takes the
   * wrong one of equals, and gradients go elsewhere: on MNIST that of a bias was off by a third. In
   * F(2 x 2) only factors of 0 meet such zeros. The gradients' work is shared out by images.
   */
  private boolean suits(Conv2d.Spec spec, Pass pass) {
    if (this == HELD) {
      return pass == Pass.FORWARD;
    }
    if (this == GROUPED) {
      return pass == Pass.BACKWARD_DATA
          && spec.outputs() >= LEAST_GROUPED_OUTPUTS
          && spec.inputs() <= MOST_GROUPED_INPUTS;
    }
    if (this == POINTWISE) {
      return pass == Pass.BACKWARD_FILTER && isLargeForTiles(spec);
    }
    Winograd algorithm = winograd();
    if (algorithm == null
        || new Planes(algorithm.size(), spec.c(), spec.k()).bytes() > MOST_FILTER_BYTES) {
      return false;
    }
    return switch (pass) {
      case FORWARD -> this != WINOGRAD4 || spec.sums() == Sums.INFERENCE;
      case BACKWARD_DATA, BACKWARD_FILTER -> spec.n() >= LEAST_IMAGES;
      default -> false;
    };
  }

  private static boolean isLargeForTiles(Conv2d.Spec spec) {
    boolean operands = spec.inputs() + spec.outputs() >= LEAST_POINTWISE_ELEMENTS;
    boolean manyChannels = Math.max(spec.c(), spec.k()) >= LEAST_POINTWISE_CHANNELS;
    return (operands && manyChannels) || (long) spec.k() * spec.c() >= LEAST_POINTWISE_FILTERS;
  }

  /** About how long a pass takes, in multiply-adds. */
  private double cost(Conv2d.Spec spec, Pass pass) {
    Winograd algorithm = winograd();
    if (algorithm == null) {
      return spec.flops(pass) / 2 * directCost(spec);
    }
    double patches = PatchGrid.outputs(spec, algorithm).patches();
    double filters = (double) spec.c() * spec.k();
    double products = SHORT_SUMS * patches * filters;
    double transforms = transformCost() * (patches * (spec.c() + spec.k()) + filters);
    return algorithm.products() * (products + transforms);
  }

  /** What a multiply-add costs without transforms, where one in a direct tile costs 1. */
  private double directCost(Conv2d.Spec spec) {
    return switch (this) {
      case HELD -> HELD_COST;
      case POINTWISE -> POINTWISE_COST;
      case GROUPED -> new PixelGroups(spec, 1).use() / PixelGroups.best(spec).use();
      default -> 1;
    };
  }

  /** What the transforms cost for each element of a patch, in multiply-adds. */
  private double transformCost() {
    return this == WINOGRAD2 ? 8 : 20;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
