package dev.quern.cpu;

import static dev.quern.cpu.VectorWidth.LANES;

/**
 * {@link VectorElementLoops}, of which those in every training step are plain Java in the first
 * one. They are short, and get compiled by being used from then on.
 */
final class WarmingElementLoops implements ElementLoops {
  private final ElementLoops vectors = new VectorElementLoops();
  private final Warming<ElementLoops> reluGradient = afterTheFirstStep();
  private final Warming<ElementLoops> add = afterTheFirstStep();
  private final Warming<ElementLoops> scaleBytes = afterTheFirstStep();
  private final Warming<ElementLoops> sumColumns = afterTheFirstStep();

  private Warming<ElementLoops> afterTheFirstStep() {
    return VectorSimd.warming(new PlainElementLoops(LANES), () -> vectors, loops -> true);
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
