package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.ALL;
import static dev.quern.cpu.NativeMemory.ORDER;
import static dev.quern.cpu.VectorWidth.FLOATS;
import static dev.quern.cpu.VectorWidth.LANES;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.quern.kernels.Adam;
import dev.quern.kernels.RmsProp;
import dev.quern.kernels.Sgd;
import jdk.incubator.vector.FloatVector;

/**
 * {@link UpdateLoops} over vectors. The last parameters, less than a vector, go through the scalar
 * loops, which round the same.
 */
final class VectorUpdateLoops implements UpdateLoops {
  private static final ScalarUpdateLoops REST = new ScalarUpdateLoops();

  /** Parameters to get compiled with, few for the reason given in {@link VectorActivationSet}. */
  private static final int MADE_UP = 26 * LANES;

  @Override
  public void adam(AdamStep step, long p, long g, long m, long v, int count) {
    FloatVector l2 = FloatVector.broadcast(FLOATS, step.l2);
    FloatVector decoupled = FloatVector.broadcast(FLOATS, -step.decoupled());
    FloatVector oneMinusBeta1 = FloatVector.broadcast(FLOATS, step.oneMinusBeta1);
    FloatVector root = FloatVector.broadcast(FLOATS, step.root());
    FloatVector epsilon = FloatVector.broadcast(FLOATS, step.epsilon);
    float rate = -step.rate();
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      long at = 4L * i;
      FloatVector old = fromMemorySegment(FLOATS, ALL, p + at, ORDER);
      FloatVector gradient = old.fma(l2, fromMemorySegment(FLOATS, ALL, g + at, ORDER));
      FloatVector first = fromMemorySegment(FLOATS, ALL, m + at, ORDER).mul(step.beta1);
      first = gradient.fma(oneMinusBeta1, first);
      FloatVector second = fromMemorySegment(FLOATS, ALL, v + at, ORDER).mul(step.beta2);
      second = gradient.mul(step.oneMinusBeta2).fma(gradient, second);
      first.intoMemorySegment(ALL, m + at, ORDER);
      second.intoMemorySegment(ALL, v + at, ORDER);
      FloatVector divisor = second.sqrt().fma(root, epsilon);
      old.fma(decoupled, old)
          .add(first.mul(rate).div(divisor))
          .intoMemorySegment(ALL, p + at, ORDER);
    }
    long at = 4L * i;
    REST.adam(step, p + at, g + at, m + at, v + at, count - i);
  }

  @Override
  public void sgd(SgdStep step, long p, long g, long v, int count) {
    FloatVector l2 = FloatVector.broadcast(FLOATS, step.l2);
    FloatVector momentum = FloatVector.broadcast(FLOATS, step.momentum);
    float rate = -step.rate();
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      long at = 4L * i;
      FloatVector old = fromMemorySegment(FLOATS, ALL, p + at, ORDER);
      FloatVector push = old.fma(l2, fromMemorySegment(FLOATS, ALL, g + at, ORDER)).mul(rate);
      FloatVector velocity = fromMemorySegment(FLOATS, ALL, v + at, ORDER).fma(momentum, push);
      velocity.intoMemorySegment(ALL, v + at, ORDER);
      FloatVector change = step.nesterov ? velocity.fma(momentum, push) : velocity;
      old.add(change).intoMemorySegment(ALL, p + at, ORDER);
    }
    long at = 4L * i;
    REST.sgd(step, p + at, g + at, v + at, count - i);
  }

  @Override
  public void rmsProp(RmsProp.Spec spec, float rate, long p, long g, long v, long m, int count) {
    FloatVector momentum = FloatVector.broadcast(FLOATS, spec.momentum());
    float rho = spec.rho();
    float oneMinusRho = 1 - rho;
    float epsilon = spec.epsilon();
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      long at = 4L * i;
      FloatVector gradient = fromMemorySegment(FLOATS, ALL, g + at, ORDER);
      FloatVector square = fromMemorySegment(FLOATS, ALL, v + at, ORDER).mul(rho);
      square = gradient.mul(oneMinusRho).fma(gradient, square);
      square.intoMemorySegment(ALL, v + at, ORDER);
      FloatVector step = gradient.mul(rate).div(square.add(epsilon).sqrt());
      step = fromMemorySegment(FLOATS, ALL, m + at, ORDER).fma(momentum, step);
      step.intoMemorySegment(ALL, m + at, ORDER);
      fromMemorySegment(FLOATS, ALL, p + at, ORDER).sub(step).intoMemorySegment(ALL, p + at, ORDER);
    }
    long at = 4L * i;
    REST.rmsProp(spec, rate, p + at, g + at, v + at, m + at, count - i);
  }

  /** Runs {@link #adam} on made-up parameters until it is compiled, for {@link Warming}. */
  static boolean exerciseAdam(UpdateLoops loops) {
    AdamStep step = new AdamStep(new Adam.Spec(MADE_UP));
    step.begin(1, 0);
    return exercise((p, g, m, v) -> loops.adam(step, p, g, m, v, MADE_UP));
  }

  /** The same for {@link #sgd}. */
  static boolean exerciseSgd(UpdateLoops loops) {
    SgdStep step = new SgdStep(new Sgd.Spec(MADE_UP, 0, false, 0));
    step.begin(0);
    return exercise((p, g, m, v) -> loops.sgd(step, p, g, m, MADE_UP));
  }

  /** The same for {@link #rmsProp}. */
  static boolean exerciseRmsProp(UpdateLoops loops) {
    RmsProp.Spec spec = new RmsProp.Spec(MADE_UP);
    return exercise((p, g, m, v) -> loops.rmsProp(spec, 0, p, g, v, m, MADE_UP));
  }

  /** A step of an optimizer on four arrays. */
  private interface Step {
    void run(long p, long g, long m, long v);
  }

  private static boolean exercise(Step step) {
    int runs = 25;
    long bytes = (long) Float.BYTES * MADE_UP;
    try (NativeBlock block = new NativeBlock(4 * bytes)) {
      long p = block.address();
      return Warming.untilCompiled(
          10L * runs * MADE_UP / LANES,
          () -> {
            for (int run = 0; run < runs; run++) {
              step.run(p, p + bytes, p + 2 * bytes, p + 3 * bytes);
            }
          });
    }
  }
}
