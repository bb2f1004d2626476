package dev.quern.cpu;

/** {@link DropoutLoops} in plain Java. */
final class ScalarDropoutLoops implements DropoutLoops {
  private static final long LOW = 0xFFFFFFFFL;

  @Override
  public void apply(long source, long target, long first, int count, DropoutDraw draw) {
    for (int i = 0; i < count; i += 4) {
      applyBlock(source + 4L * i, target + 4L * i, (first + i) >>> 2, count - i, draw);
    }
  }

  /** Draws the four words of a block at once, which {@code Philox.word} would do one by one. */
  private static void applyBlock(
      long source, long target, long block, int count, DropoutDraw draw) {
    int c0 = (int) block;
    int c1 = (int) (block >>> 32);
    int c2 = draw.step();
    int c3 = 0;
    int k0 = (int) draw.seed;
    int k1 = (int) (draw.seed >>> 32);
    for (int round = 0; round < PhiloxConstants.ROUNDS; round++) {
      long p0 = PhiloxConstants.MULTIPLIER_0 * (c0 & LOW);
      long p1 = PhiloxConstants.MULTIPLIER_1 * (c2 & LOW);
      c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      c1 = (int) p1;
      c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c3 = (int) p0;
      k0 += PhiloxConstants.WEYL_0;
      k1 += PhiloxConstants.WEYL_1;
    }
    applyWord(source, target, c0, draw);
    if (count > 1) {
      applyWord(source + 4, target + 4, c1, draw);
    }
    if (count > 2) {
      applyWord(source + 8, target + 8, c2, draw);
    }
    if (count > 3) {
      applyWord(source + 12, target + 12, c3, draw);
    }
  }

  private static void applyWord(long source, long target, int word, DropoutDraw draw) {
    boolean keep = Integer.compareUnsigned(word, draw.leastKept) >= 0;
    NativeMemory.setFloat(target, keep ? NativeMemory.getFloat(source) * draw.scale : 0);
  }
}
