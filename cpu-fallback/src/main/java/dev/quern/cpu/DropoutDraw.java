package dev.quern.cpu;

import dev.quern.kernels.Dropout;

/** What a dropout's mask is drawn from. Only the step changes, in place. */
final class DropoutDraw {
  /** Distance from one value of the 24 bits that are compared with the rate to the next. */
  private static final double UNIT = 0x1p-24;

  final long seed;
  final float scale;

  /** The smallest random word, as an unsigned number, that keeps its element. */
  final int leastKept;

  private int step;

  /** The constants of all masks. */
  DropoutDraw(Dropout.Spec spec) {
    seed = spec.seed();
    scale = spec.scale();
    // (word >>> 8) * 2^-24 is exact in float32, so the comparison with the rate is one of integers.
    leastKept = (int) ((long) Math.ceil(spec.rate() / UNIT) << 8);
  }

  /** Sets the step that the mask belongs to. */
  void begin(int step) {
    this.step = step;
  }

  /** The step that the mask belongs to. */
  int step() {
    return step;
  }
}
