package dev.quern.cpu;

import static dev.quern.cpu.VectorWidth.LANES;

/**
 * {@link VectorSoftmaxLoops}, of which those in every training step and every answer are plain Java
 * in the first one. They are short, and get compiled by being used from then on.
 */
final class WarmingSoftmaxLoops extends VectorSoftmaxLoops {
  private final Warming<SoftmaxLoops> softmax = afterTheFirstStep();
  private final Warming<SoftmaxLoops> loss = afterTheFirstStep();

  private static Warming<SoftmaxLoops> afterTheFirstStep() {
    return VectorSimd.warming(new PlainSoftmaxLoops(LANES), VectorSoftmaxLoops::new, loops -> true);
  }

  @Override
  public void softmax(long x, long y, int classes) {
    softmax.current().softmax(x, y, classes);
  }

  @Override
  public void loss(long z, int classes, int label, float scale, long dz, long result) {
    loss.current().loss(z, classes, label, scale, dz, result);
  }
}
