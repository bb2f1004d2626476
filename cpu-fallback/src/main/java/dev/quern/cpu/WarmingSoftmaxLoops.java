package dev.quern.cpu;

import static dev.quern.cpu.VectorWidth.LANES;

/**
 * {@link VectorSoftmaxLoops}, of which those in every training step and every answer begin in plain
 * Java.
 */
final class WarmingSoftmaxLoops implements SoftmaxLoops {
  /** Classes of the made-up rows: less than a vector, and several with a rest. */
  private static final int FEW = 10;

  private static final int MANY = 100;

  private final SoftmaxLoops vectors = new VectorSoftmaxLoops();
  private final Warming<SoftmaxLoops> softmax =
      warming(
          (loops, x, y) -> {
            loops.softmax(x, y, FEW);
            loops.softmax(x, y, MANY);
          });
  private final Warming<SoftmaxLoops> loss =
      warming(
          (loops, x, y) -> {
            loops.loss(x, FEW, 1, 1, y, y + 4L * MANY);
            loops.loss(x, MANY, 1, 1, y, y + 4L * MANY);
            loops.loss(x, FEW, 1, 1, 0, y);
          });

  /** A loop over made-up rows. */
  private interface Exercise {
    void run(SoftmaxLoops loops, long x, long y);
  }

  private static Warming<SoftmaxLoops> warming(Exercise exercise) {
    return VectorSimd.warming(
        new PlainSoftmaxLoops(LANES), VectorSoftmaxLoops::new, loops -> compiled(loops, exercise));
  }

  private static boolean compiled(SoftmaxLoops loops, Exercise exercise) {
    int runs = 50;
    long bytes = NativeMemory.SLACK_BYTES + (long) Float.BYTES * MANY + RowResults.BYTES;
    try (NativeBlock block = new NativeBlock(2 * bytes)) {
      long x = block.address();
      return Warming.untilCompiled(
          40L * runs * (MANY / LANES + 2),
          () -> {
            for (int run = 0; run < runs; run++) {
              exercise.run(loops, x, x + bytes);
            }
          });
    }
  }

  @Override
  public void softmax(long x, long y, int classes) {
    softmax.current().softmax(x, y, classes);
  }

  @Override
  public void logSoftmax(long x, long y, int classes) {
    vectors.logSoftmax(x, y, classes);
  }

  @Override
  public void softmaxGradient(long y, long dy, long dx, int classes) {
    vectors.softmaxGradient(y, dy, dx, classes);
  }

  @Override
  public void logSoftmaxGradient(long y, long dy, long dx, int classes) {
    vectors.logSoftmaxGradient(y, dy, dx, classes);
  }

  @Override
  public void loss(long z, int classes, int label, float scale, long dz, long result) {
    loss.current().loss(z, classes, label, scale, dz, result);
  }
}
