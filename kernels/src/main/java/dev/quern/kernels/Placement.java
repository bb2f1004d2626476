package dev.quern.kernels;

/**
 * What {@link Augment} has drawn for one image at one step. Reference and CPU backend use this
 * class; the dialect's source says the same once more. Drawing allocates nothing.
 *
 * <p>All of it is arithmetic on whole numbers. Positions are in units of 2^-16 pixel, counted from
 * the centre of pixel (0, 0); the entries of the matrix zoom * rotation * flip are in units of
 * 2^-15, so that multiplied with distances from the centre, in half pixels, they give positions
 * without rounding. With extents of {@link Augment.Spec#LONGEST}, twice the scale and four times
 * the shift a position stays under 2^31.
 *
 * <p>Words of block 0: shift down, shift to the right, angle, zoom. Of block 1: flips (highest bit
 * horizontal, the next vertical), brightness, row and column of the centre of the cut-out square.
 */
public final class Placement {
  /** A pixel, in units of positions. */
  public static final int PIXEL = 1 << 16;

  /** What of a position lies between two pixels: its lower bits. */
  public static final int FRACTION = PIXEL - 1;

  /** The last word of the counters, where dropout's have 0. */
  private static final int SEQUENCE = 1;

  private static final long LOW = 0xFFFFFFFFL;

  private final Augment.Spec spec;
  private final int heightLimit;
  private final int widthLimit;
  private final long angleLimit;
  private final int zoomLimit;
  private final int side;
  private final int[] words = new int[4];

  private int row;
  private int column;
  private int rowDown;
  private int rowAcross;
  private int columnDown;
  private int columnAcross;
  private float brightness;
  private int cutRow;
  private int cutColumn;

  /** Nothing drawn as yet. */
  public Placement(Augment.Spec spec) {
    this.spec = spec;
    heightLimit = spec.heightLimit();
    widthLimit = spec.widthLimit();
    angleLimit = spec.angleLimit();
    zoomLimit = spec.zoomLimit();
    side = spec.cutoutSide();
  }

  /** Draws for an image of the batch. */
  public void draw(int image, int step) {
    Philox.block(image, 0, step, SEQUENCE, spec.seed(), words);
    int down = shift(words[0], heightLimit);
    int right = shift(words[1], widthLimit);
    int angle = evenly(words[2], angleLimit);
    int zoom = BinaryAngle.ONE + evenly(words[3], zoomLimit);
    Philox.block(image, 1, step, SEQUENCE, spec.seed(), words);
    int across = spec.flipHorizontal() && words[0] < 0 ? -1 : 1;
    int downward = spec.flipVertical() && (words[0] << 1) < 0 ? -1 : 1;
    int cosine = entry(zoom, BinaryAngle.cosine(angle));
    int sine = entry(zoom, BinaryAngle.sine(angle));
    place(cosine, sine, downward, across);
    row -= down;
    column -= right;
    brightness = (words[1] >> 8) * 0x1p-23f * spec.brightness();
    cutRow = below(words[2], spec.h()) - side / 2;
    cutColumn = below(words[3], spec.w()) - side / 2;
  }

  /** Positions around the centre, without the shift. */
  private void place(int cosine, int sine, int downward, int across) {
    rowDown = 2 * cosine * downward;
    rowAcross = 2 * sine * across;
    columnDown = -2 * sine * downward;
    columnAcross = 2 * cosine * across;
    int lastRow = spec.h() - 1;
    int lastColumn = spec.w() - 1;
    row = (PIXEL * lastRow - rowDown * lastRow - rowAcross * lastColumn) / 2;
    column = (PIXEL * lastColumn - columnDown * lastRow - columnAcross * lastColumn) / 2;
  }

  private int shift(int word, int limit) {
    return spec.wholePixels() ? (below(word, 2 * limit + 1) - limit) * PIXEL : evenly(word, limit);
  }

  /** An entry of the matrix in units of 2^-15, from a product in units of 2^-60, rounded. */
  private static int entry(int zoom, int part) {
    return (int) (((long) zoom * part + (1L << 44)) >> 45);
  }

  /** A number from {@code -limit} to {@code limit}, up to 2^31. */
  private static int evenly(int word, long limit) {
    return (int) ((limit * word + (1L << 30)) >> 31);
  }

  /** A number from 0 (inclusive) to {@code bound} (exclusive). */
  private static int below(int word, int bound) {
    return (int) (((word & LOW) * bound) >>> 32);
  }

  /** The problem. */
  public Augment.Spec spec() {
    return spec;
  }

  /** Row of {@code x} that output pixel (i, j) is sampled at, in units of 2^-16 pixel. */
  public int row(int i, int j) {
    return row + rowDown * i + rowAcross * j;
  }

  /** Column of {@code x} that output pixel (i, j) is sampled at, in units of 2^-16 pixel. */
  public int column(int i, int j) {
    return column + columnDown * i + columnAcross * j;
  }

  /** How far the row moves from one output pixel to the next on the right. */
  public int rowAcross() {
    return rowAcross;
  }

  /** How far the column moves from one output pixel to the next on the right. */
  public int columnAcross() {
    return columnAcross;
  }

  /** Whether every output row is an input row, moved by whole pixels and maybe turned round. */
  public boolean isWhole() {
    return rowAcross == 0 && Math.abs(columnAcross) == PIXEL && (row | column) % PIXEL == 0;
  }

  /** What is added to every pixel. */
  public float brightness() {
    return brightness;
  }

  /** First row of the square that is cut out, which may lie outside the image. */
  public int cutTop() {
    return cutRow;
  }

  /** The row behind its last one. */
  public int cutBottom() {
    return cutRow + side;
  }

  /** First column of the square that is cut out, which may lie outside the image. */
  public int cutLeft() {
    return cutColumn;
  }

  /** The column behind its last one. */
  public int cutRight() {
    return cutColumn + side;
  }
}
