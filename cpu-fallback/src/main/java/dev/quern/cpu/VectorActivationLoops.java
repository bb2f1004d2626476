package dev.quern.cpu;

import static dev.quern.cpu.VectorWidth.LANES;

import dev.quern.kernels.Activation.Kind;

/**
 * {@link ActivationLoops} over vectors, in blocks: first the exponentials go to an array, which
 * stays in the first-level cache, then a short loop makes results of them. The last elements, less
 * than a vector, go through the scalar loops, which round the same.
 */
final class VectorActivationLoops implements ActivationLoops {
  private static final ScalarActivationLoops REST = new ScalarActivationLoops();

  /** Elements at a time, a multiple of every vector. */
  private static final int BLOCK = 1024;

  @Override
  public void forward(Kind kind, float alpha, long x, long y, int count) {
    Scratch scratch = Scratch.ofThisThread();
    float[] e = scratch.floats(0, BLOCK);
    float[] tail = scratch.floats(1, BLOCK);
    int whole = count - count % LANES;
    for (int from = 0; from < whole; from += BLOCK) {
      long at = 4L * from;
      forward(kind, alpha, x + at, y + at, Math.min(BLOCK, whole - from), e, tail);
    }
    REST.forward(kind, alpha, x + 4L * whole, y + 4L * whole, count - whole);
  }

  private static void forward(
      Kind kind, float alpha, long x, long y, int count, float[] e, float[] tail) {
    switch (kind) {
      case LEAKY_RELU -> VectorActivationValues.leakyRelu(x, y, count, alpha);
      case ELU -> {
        VectorDecay.run(Decay.LESS_ONE, x, e, count);
        VectorActivationValues.elu(x, e, y, count, alpha);
      }
      case SIGMOID -> {
        VectorDecay.run(Decay.EXPONENTIAL, x, e, count);
        VectorActivationValues.sigmoid(x, e, y, count);
      }
      case TANH -> {
        VectorDecay.run(Decay.TWICE_LESS_ONE, x, e, count);
        VectorActivationValues.tanh(x, e, y, count);
      }
      case SILU -> {
        VectorDecay.run(Decay.EXPONENTIAL, x, e, count);
        VectorActivationValues.silu(x, e, y, count);
      }
      case GELU -> {
        VectorDecay.run(Decay.GAUSSIAN, x, e, count);
        VectorNormalTail.run(x, e, tail, count);
        VectorActivationValues.gelu(x, tail, y, count);
      }
    }
  }

  @Override
  public void backward(Kind kind, float alpha, long saved, long dy, long dx, int count) {
    Scratch scratch = Scratch.ofThisThread();
    float[] e = scratch.floats(0, BLOCK);
    float[] tail = scratch.floats(1, BLOCK);
    int whole = count - count % LANES;
    for (int from = 0; from < whole; from += BLOCK) {
      long at = 4L * from;
      int length = Math.min(BLOCK, whole - from);
      backward(kind, alpha, saved + at, dy + at, dx + at, length, e, tail);
    }
    long at = 4L * whole;
    REST.backward(kind, alpha, saved + at, dy + at, dx + at, count - whole);
  }

  private static void backward(
      Kind kind, float alpha, long saved, long dy, long dx, int count, float[] e, float[] tail) {
    switch (kind) {
      case LEAKY_RELU -> VectorActivationSlopes.leakyRelu(saved, dy, dx, count, alpha);
      case ELU -> VectorActivationSlopes.elu(saved, dy, dx, count, alpha);
      case SIGMOID -> VectorActivationSlopes.sigmoid(saved, dy, dx, count);
      case TANH -> VectorActivationSlopes.tanh(saved, dy, dx, count);
      case SILU -> {
        VectorDecay.run(Decay.EXPONENTIAL, saved, e, count);
        VectorActivationSlopes.silu(saved, e, dy, dx, count);
      }
      case GELU -> {
        VectorDecay.run(Decay.GAUSSIAN, saved, e, count);
        VectorNormalTail.run(saved, e, tail, count);
        VectorActivationSlopes.gelu(saved, e, tail, dy, dx, count);
      }
    }
  }
}
