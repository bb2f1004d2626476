package dev.quern.cpu;

import dev.quern.kernels.Conv2d;
import dev.quern.kernels.indirect.ConvTables;
import dev.quern.kernels.indirect.IndirectTables;
import java.util.Arrays;

/**
 * The output pixels of a batch under filters of one tap, in pieces of about equal length: some
 * whole images each, or a part of one. Pieces of the same kind differ in nothing but the image they
 * begin in.
 */
final class PixelPieces {
  /**
   * Of a piece, at most. A tile reads a panel of as many rows, 256 bytes each, which are as far
   * apart as pixels are: 784 at distances of 4 KB fall on few sets of the L2 cache, and took up to
   * 20 % longer than 400 did; at distances of 1 KB they were 3 % faster.
   */
  private static final int PIXELS = 400;

  private final int images;
  private final int pixels;
  private final int each;
  private final int cuts;
  private final long imageOfX;
  private final long imageOfDy;
  private final int[][] steps;

  /** Cuts a batch, of at least one image. */
  PixelPieces(Conv2d.Spec spec) {
    pixels = spec.p() * spec.q();
    images = spec.n();
    each = Math.ceilDiv(images, Math.ceilDiv(images, mostImages(spec)));
    cuts = Math.ceilDiv(pixels, PIXELS);
    imageOfX = (long) spec.h() * spec.w() * spec.c();
    imageOfDy = (long) pixels * spec.k();
    int[] image = new ConvTables(spec).backwardFilter(spec.k(), spec.k()).getFirst().steps();
    int rest = images - each * (chunks() - 1);
    steps = new int[rest < each ? 2 * cuts : cuts][];
    for (int cut = 0; cut < cuts; cut++) {
      int from = (int) ((long) pixels * cut / cuts);
      int to = (int) ((long) pixels * (cut + 1) / cuts);
      int[] part = Arrays.copyOfRange(image, 2 * from, 2 * to);
      steps[cut] = ofImages(part, each);
      if (rest < each) {
        steps[cuts + cut] = ofImages(part, rest);
      }
    }
  }

  private static int mostImages(Conv2d.Spec spec) {
    return Math.clamp(PIXELS / (spec.p() * spec.q()), 1, spec.n());
  }

  /** Whether the offsets in a piece's images are ints. */
  static boolean countable(Conv2d.Spec spec) {
    long x = (long) spec.h() * spec.w() * spec.c();
    long dy = (long) spec.p() * spec.q() * spec.k();
    return mostImages(spec) * Math.max(x, dy) <= Integer.MAX_VALUE;
  }

  private int[] ofImages(int[] part, int count) {
    return IndirectTables.repeatedSteps(part, count, (int) imageOfX, (int) imageOfDy);
  }

  private int chunks() {
    return Math.ceilDiv(images, each);
  }

  /** How many pieces there are. */
  int count() {
    return chunks() * cuts;
  }

  /** Pixels of the longest. */
  int most() {
    return Arrays.stream(steps).mapToInt(kind -> kind.length / 2).max().orElseThrow();
  }

  private long imageOf(int piece) {
    return (long) (piece / cuts) * each;
  }

  /** Elements of x in front of the image that a piece begins in. */
  long inX(int piece) {
    return imageOf(piece) * imageOfX;
  }

  /** Elements of dy in front of the image that a piece begins in. */
  long inDy(int piece) {
    return imageOf(piece) * imageOfDy;
  }

  /** First pixel of a piece in the image that it begins in. */
  long firstPixel(int piece) {
    return (long) pixels * (piece % cuts) / cuts;
  }

  /** Pixels of the shortest. */
  int least() {
    return Arrays.stream(steps).mapToInt(kind -> kind.length / 2).min().orElseThrow();
  }

  /** How many kinds of pieces there are. */
  int kinds() {
    return steps.length;
  }

  /** Of which kind a piece is. */
  int kind(int piece) {
    boolean shorter = steps.length > cuts && piece / cuts == chunks() - 1;
    return (shorter ? cuts : 0) + piece % cuts;
  }

  /** For each pixel of a kind of piece its offset in x and in dy, in pairs, from its image on. */
  int[] steps(int kind) {
    return steps[kind];
  }
}
