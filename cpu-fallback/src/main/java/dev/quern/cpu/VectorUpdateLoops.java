package dev.quern.cpu;

import static dev.quern.cpu.VectorLanes.load;
import static dev.quern.cpu.VectorLanes.splat;
import static dev.quern.cpu.VectorLanes.store;

import jdk.incubator.vector.FloatVector;

/** {@link UpdateLoops} over vectors; the last, partial vector is loaded whole and stored masked. */
final class VectorUpdateLoops implements UpdateLoops {
  private static final int LANES = VectorWidth.LANES;

  @Override
  public void adam(AdamStep step, long p, long g, long m, long v, int count) {
    FloatVector rate = splat(-step.rate());
    FloatVector decoupled = splat(-step.decoupled());
    FloatVector root = splat(step.root());
    for (int i = 0; i < count; i += LANES) {
      long at = 4L * i;
      int lanes = count - i;
      FloatVector old = load(p + at);
      FloatVector gradient = old.fma(splat(step.l2), load(g + at));
      FloatVector first = load(m + at).mul(step.beta1);
      first = gradient.fma(splat(step.oneMinusBeta1), first);
      FloatVector second = load(v + at).mul(step.beta2);
      second = gradient.mul(step.oneMinusBeta2).fma(gradient, second);
      FloatVector divisor = second.sqrt().fma(root, splat(step.epsilon));
      FloatVector decayed = old.fma(decoupled, old);
      store(first, m + at, lanes);
      store(second, v + at, lanes);
      store(first.mul(rate).div(divisor).add(decayed), p + at, lanes);
    }
  }

  @Override
  public void sgd(SgdStep step, long p, long g, long v, int count) {
    FloatVector rate = splat(-step.rate());
    FloatVector momentum = splat(step.momentum);
    for (int i = 0; i < count; i += LANES) {
      long at = 4L * i;
      int lanes = count - i;
      FloatVector old = load(p + at);
      FloatVector push = old.fma(splat(step.l2), load(g + at)).mul(rate);
      FloatVector velocity = load(v + at).fma(momentum, push);
      store(velocity, v + at, lanes);
      FloatVector change = step.nesterov ? velocity.fma(momentum, push) : velocity;
      store(old.add(change), p + at, lanes);
    }
  }
}
