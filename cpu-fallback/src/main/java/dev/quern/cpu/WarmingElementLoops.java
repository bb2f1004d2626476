package dev.quern.cpu;

import static dev.quern.cpu.VectorWidth.LANES;

/**
 * {@link VectorElementLoops}, of which those in every training step begin in plain Java. Each has a
 * warm-up of its own. The others are used where nobody waits for a first step.
 */
final class WarmingElementLoops implements ElementLoops {
  /** Elements of the made-up operands: whole vectors of any width, and a rest. */
  private static final int MADE_UP = 1027;

  private final ElementLoops vectors = new VectorElementLoops();
  private final Warming<ElementLoops> reluGradient =
      warming((loops, a, b, y) -> loops.reluGradient(a, b, y, MADE_UP));
  private final Warming<ElementLoops> add =
      warming((loops, a, b, y) -> loops.add(a, b, y, MADE_UP));
  private final Warming<ElementLoops> scaleBytes =
      warming((loops, a, b, y) -> loops.scaleBytes(a, y, MADE_UP, 1 / 255f, 0));
  private final Warming<ElementLoops> sumColumns = warming(WarmingElementLoops::sumSomeColumns);

  /** A loop over made-up operands. */
  private interface Exercise {
    void run(ElementLoops loops, long a, long b, long y);
  }

  private static Warming<ElementLoops> warming(Exercise exercise) {
    return VectorSimd.warming(
        new PlainElementLoops(LANES), VectorElementLoops::new, loops -> compiled(loops, exercise));
  }

  private static boolean compiled(ElementLoops loops, Exercise exercise) {
    int runs = 50;
    long bytes = NativeMemory.SLACK_BYTES + (long) Float.BYTES * MADE_UP;
    try (NativeBlock block = new NativeBlock(3 * bytes)) {
      long a = block.address();
      return Warming.untilCompiled(
          4L * runs * MADE_UP / LANES,
          () -> {
            for (int run = 0; run < runs; run++) {
              exercise.run(loops, a, a + bytes, a + 2 * bytes);
            }
          });
    }
  }

  /** Columns that are four vectors wide, one vector, and less. */
  private static void sumSomeColumns(ElementLoops loops, long a, long b, long y) {
    loops.sumColumns(a, MADE_UP / 2 / (4 * LANES), 4 * LANES, y);
    loops.sumColumns(a, MADE_UP / 4 / LANES, LANES, y);
    loops.sumColumns(a, MADE_UP / 4 / LANES, LANES - 1, y);
  }

  @Override
  public void relu(long x, long y, int count) {
    vectors.relu(x, y, count);
  }

  @Override
  public void reluGradient(long y, long dy, long dx, int count) {
    reluGradient.current().reluGradient(y, dy, dx, count);
  }

  @Override
  public void add(long a, long b, long y, int count) {
    add.current().add(a, b, y, count);
  }

  @Override
  public void addRow(long x, long b, long y, int rows, int channels) {
    vectors.addRow(x, b, y, rows, channels);
  }

  @Override
  public void scale(long x, long y, int count, float scale, float shift) {
    vectors.scale(x, y, count, scale, shift);
  }

  @Override
  public void scaleBytes(long x, long y, int count, float scale, float shift) {
    scaleBytes.current().scaleBytes(x, y, count, scale, shift);
  }

  @Override
  public void clip(long x, long y, int count, float least, float most) {
    vectors.clip(x, y, count, least, most);
  }

  @Override
  public void fill(long y, int count, float value) {
    vectors.fill(y, count, value);
  }

  @Override
  public void sumColumns(long x, int rows, int channels, long sums) {
    sumColumns.current().sumColumns(x, rows, channels, sums);
  }

  @Override
  public float sum(long x, int count) {
    return vectors.sum(x, count);
  }

  @Override
  public double sumOfSquares(long x, int count) {
    return vectors.sumOfSquares(x, count);
  }
}
