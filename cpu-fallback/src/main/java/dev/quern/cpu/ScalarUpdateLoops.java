package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.getFloat;
import static dev.quern.cpu.NativeMemory.setFloat;

/** {@link UpdateLoops} in plain Java. */
final class ScalarUpdateLoops implements UpdateLoops {

  @Override
  public void adam(AdamStep step, long p, long g, long m, long v, int count) {
    float rate = step.rate();
    float root = step.root();
    float decoupled = step.decoupled();
    for (int i = 0; i < count; i++) {
      long at = 4L * i;
      float old = getFloat(p + at);
      float gradient = getFloat(g + at) + step.l2 * old;
      float first = step.beta1 * getFloat(m + at) + step.oneMinusBeta1 * gradient;
      float second = step.beta2 * getFloat(v + at) + step.oneMinusBeta2 * gradient * gradient;
      setFloat(m + at, first);
      setFloat(v + at, second);
      float change = rate * first / (root * (float) Math.sqrt(second) + step.epsilon);
      setFloat(p + at, old - decoupled * old - change);
    }
  }

  @Override
  public void sgd(SgdStep step, long p, long g, long v, int count) {
    float rate = step.rate();
    for (int i = 0; i < count; i++) {
      long at = 4L * i;
      float old = getFloat(p + at);
      float push = rate * (getFloat(g + at) + step.l2 * old);
      float velocity = step.momentum * getFloat(v + at) - push;
      setFloat(v + at, velocity);
      setFloat(p + at, old + (step.nesterov ? step.momentum * velocity - push : velocity));
    }
  }
}
