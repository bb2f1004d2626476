package dev.quern.cpu;

import dev.quern.kernels.RmsProp;

/**
 * {@link UpdateLoops} in plain Java, with the roundings of {@link VectorUpdateLoops}. Parameters go
 * through arrays, which Java reads quickly before it has compiled anything, see {@link PlainTile}.
 */
final class ScalarUpdateLoops implements UpdateLoops {
  /** Parameters at a time: four arrays of them stay in the first-level cache. */
  private static final int BLOCK = 1024;

  @Override
  public void adam(AdamStep step, long p, long g, long m, long v, int count) {
    Scratch scratch = Scratch.ofThisThread();
    float[] parameters = scratch.floats(0, BLOCK);
    float[] gradients = scratch.floats(1, BLOCK);
    float[] firsts = scratch.floats(2, BLOCK);
    float[] seconds = scratch.floats(3, BLOCK);
    for (int from = 0; from < count; from += BLOCK) {
      int length = Math.min(BLOCK, count - from);
      long at = 4L * from;
      NativeMemory.load(p + at, parameters, 0, length);
      NativeMemory.load(g + at, gradients, 0, length);
      NativeMemory.load(m + at, firsts, 0, length);
      NativeMemory.load(v + at, seconds, 0, length);
      adam(step, parameters, gradients, firsts, seconds, length);
      NativeMemory.store(parameters, 0, p + at, length);
      NativeMemory.store(firsts, 0, m + at, length);
      NativeMemory.store(seconds, 0, v + at, length);
    }
  }

  private static void adam(AdamStep step, float[] p, float[] g, float[] m, float[] v, int count) {
    float rate = -step.rate();
    float root = step.root();
    float decoupled = -step.decoupled();
    for (int i = 0; i < count; i++) {
      float gradient = Math.fma(p[i], step.l2, g[i]);
      float first = Math.fma(gradient, step.oneMinusBeta1, m[i] * step.beta1);
      float second = Math.fma(gradient * step.oneMinusBeta2, gradient, v[i] * step.beta2);
      m[i] = first;
      v[i] = second;
      float divisor = Math.fma((float) Math.sqrt(second), root, step.epsilon);
      p[i] = Math.fma(p[i], decoupled, p[i]) + first * rate / divisor;
    }
  }

  @Override
  public void sgd(SgdStep step, long p, long g, long v, int count) {
    Scratch scratch = Scratch.ofThisThread();
    float[] parameters = scratch.floats(0, BLOCK);
    float[] gradients = scratch.floats(1, BLOCK);
    float[] velocities = scratch.floats(2, BLOCK);
    for (int from = 0; from < count; from += BLOCK) {
      int length = Math.min(BLOCK, count - from);
      long at = 4L * from;
      NativeMemory.load(p + at, parameters, 0, length);
      NativeMemory.load(g + at, gradients, 0, length);
      NativeMemory.load(v + at, velocities, 0, length);
      sgd(step, parameters, gradients, velocities, length);
      NativeMemory.store(parameters, 0, p + at, length);
      NativeMemory.store(velocities, 0, v + at, length);
    }
  }

  private static void sgd(SgdStep step, float[] p, float[] g, float[] v, int count) {
    float rate = -step.rate();
    for (int i = 0; i < count; i++) {
      float push = Math.fma(p[i], step.l2, g[i]) * rate;
      float velocity = Math.fma(v[i], step.momentum, push);
      v[i] = velocity;
      p[i] += step.nesterov ? Math.fma(velocity, step.momentum, push) : velocity;
    }
  }

  @Override
  public void rmsProp(RmsProp.Spec spec, float rate, long p, long g, long v, long m, int count) {
    Scratch scratch = Scratch.ofThisThread();
    float[] parameters = scratch.floats(0, BLOCK);
    float[] gradients = scratch.floats(1, BLOCK);
    float[] squares = scratch.floats(2, BLOCK);
    float[] steps = scratch.floats(3, BLOCK);
    for (int from = 0; from < count; from += BLOCK) {
      int length = Math.min(BLOCK, count - from);
      long at = 4L * from;
      NativeMemory.load(p + at, parameters, 0, length);
      NativeMemory.load(g + at, gradients, 0, length);
      NativeMemory.load(v + at, squares, 0, length);
      NativeMemory.load(m + at, steps, 0, length);
      rmsProp(spec, rate, parameters, gradients, squares, steps, length);
      NativeMemory.store(parameters, 0, p + at, length);
      NativeMemory.store(squares, 0, v + at, length);
      NativeMemory.store(steps, 0, m + at, length);
    }
  }

  private static void rmsProp(
      RmsProp.Spec spec, float rate, float[] p, float[] g, float[] v, float[] m, int count) {
    float rho = spec.rho();
    float oneMinusRho = 1 - rho;
    float momentum = spec.momentum();
    float epsilon = spec.epsilon();
    for (int i = 0; i < count; i++) {
      float square = Math.fma(g[i] * oneMinusRho, g[i], v[i] * rho);
      v[i] = square;
      float step = g[i] * rate / (float) Math.sqrt(square + epsilon);
      m[i] = Math.fma(m[i], momentum, step);
      p[i] -= m[i];
    }
  }
}
