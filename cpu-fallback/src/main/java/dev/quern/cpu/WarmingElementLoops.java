package dev.quern.cpu;

import static dev.quern.cpu.VectorWidth.LANES;

/**
 * {@link VectorElementLoops}, of which those in every training step are plain Java in the first
 * one. They are short, and get compiled by being used from then on.
 */
final class WarmingElementLoops extends VectorElementLoops {
  private final Warming<ElementLoops> reluGradient = afterTheFirstStep();
  private final Warming<ElementLoops> add = afterTheFirstStep();
  private final Warming<ElementLoops> scaleBytes = afterTheFirstStep();
  private final Warming<ElementLoops> finite = afterTheFirstStep();
  private final Warming<ElementLoops> sumColumns = afterTheFirstStep();

  private static Warming<ElementLoops> afterTheFirstStep() {
    return VectorSimd.warming(new PlainElementLoops(LANES), VectorElementLoops::new, loops -> true);
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
  public void scaleBytes(long x, long y, int count, float scale, float shift) {
    scaleBytes.current().scaleBytes(x, y, count, scale, shift);
  }

  @Override
  public boolean finite(long x, int count) {
    return finite.current().finite(x, count);
  }

  @Override
  public void sumColumns(long x, int rows, int channels, long sums) {
    sumColumns.current().sumColumns(x, rows, channels, sums);
  }
}
