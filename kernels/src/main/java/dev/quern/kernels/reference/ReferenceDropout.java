package dev.quern.kernels.reference;

import dev.quern.kernels.Dropout;
import dev.quern.kernels.Philox;

/** {@link Dropout} in double precision. */
public final class ReferenceDropout {
  private ReferenceDropout() {}

  /** Both passes: the kept elements of {@code x}, scaled up, and 0 elsewhere. */
  public static Bounded apply(Dropout.Spec spec, double[] x, int step) {
    Bounded y = new Bounded(x.length, 1);
    for (int i = 0; i < x.length; i++) {
      float drawn = Philox.unit(Philox.at(i, step, spec.seed()));
      double kept = x[i] / (1.0 - spec.rate());
      if (drawn < spec.rate()) {
        y.set(i, 0);
      } else {
        // Rate 0 copies.
        y.set(i, kept, spec.rate() == 0 ? 0 : Math.abs(kept));
      }
    }
    return y;
  }
}
