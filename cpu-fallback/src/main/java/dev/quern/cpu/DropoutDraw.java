package dev.quern.cpu;

import dev.quern.kernels.Dropout;

/** What a dropout's mask is drawn from. Only the step changes, in place. */
final class DropoutDraw {
  final long seed;
  final float scale;

  /** The smallest random word, as an unsigned number, that keeps its element. */
  final int leastKept;

  private int step;

  /** The constants of all masks. */
  DropoutDraw(Dropout.Spec spec) {
    seed = spec.seed();
    scale = spec.scale();
    leastKept = spec.leastKept();
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
