package dev.quern.cpu;

/** Draws the mask of a dropout and applies it. */
interface DropoutLoops {

  /**
   * {@code target[i] = keep(first + i) ? source[i] * scale : 0}.
   *
   * @param source address of the first element
   * @param target address of the first element, which may be the same
   * @param first number of the first element in the sequence, a multiple of 4
   * @param draw what the mask is drawn from
   */
  void apply(long source, long target, long first, int count, DropoutDraw draw);
}
