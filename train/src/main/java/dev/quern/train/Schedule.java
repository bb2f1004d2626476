package dev.quern.train;

import dev.quern.core.SpecException;
import java.util.Arrays;

/**
 * The learning rate over the steps of training, whatever epoch they belong to; with Keras's names
 * and formulas. Your own is a lambda:
 *
 * <pre>
 * Optimizer.sgd(Schedule.exponentialDecay(0.1, 1000, 0.9), 0.9, true)
 * Optimizer.adam(step -> 1e-3 / (1 + step / 1000.0))
 * </pre>
 */
@FunctionalInterface
public interface Schedule {

  /**
   * The rate of a step: finite, 0 or more.
   *
   * @param step number of steps done before, from 0
   */
  double rate(long step);

  /** The same rate for ever. */
  static Schedule constant(double rate) {
    return new Constant(rate);
  }

  /** {@code initial * decayRate^(step / decaySteps)}. */
  static Schedule exponentialDecay(double initial, long decaySteps, double decayRate) {
    requireSteps("decaySteps", decaySteps);
    return step -> initial * Math.pow(decayRate, (double) step / decaySteps);
  }

  /**
   * Falls along half a cosine from {@code initial} to {@code alpha * initial}, and stays there.
   *
   * <p>Source: Loshchilov and Hutter, "SGDR", ICLR 2017.
   *
   * @param decaySteps steps that this takes
   * @param alpha share of the rate that is left
   */
  static Schedule cosineDecay(double initial, long decaySteps, double alpha) {
    requireSteps("decaySteps", decaySteps);
    return step -> {
      double done = (double) Math.min(step, decaySteps) / decaySteps;
      double cosine = 0.5 * (1 + Math.cos(Math.PI * done));
      return initial * ((1 - alpha) * cosine + alpha);
    };
  }

  /** Falls along half a cosine to 0. */
  static Schedule cosineDecay(double initial, long decaySteps) {
    return cosineDecay(initial, decaySteps, 0);
  }

  /**
   * A rate for each stretch: {@code values[0]} up to step {@code boundaries[0]} and including it,
   * then {@code values[1]} up to {@code boundaries[1]}, and so on.
   *
   * @param boundaries last step of each stretch but the final one, rising
   * @param values rates, one more than boundaries
   */
  static Schedule piecewiseConstant(long[] boundaries, double[] values) {
    if (values.length != boundaries.length + 1) {
      throw new SpecException(
          "piecewise constant rates need one value more than boundaries, but there are %d and %d"
              .formatted(values.length, boundaries.length));
    }
    for (int i = 1; i < boundaries.length; i++) {
      if (boundaries[i] <= boundaries[i - 1]) {
        throw new SpecException(
            "boundaries of piecewise constant rates must rise, but %d comes before %d"
                .formatted(boundaries[i - 1], boundaries[i]));
      }
    }
    long[] ends = boundaries.clone();
    double[] rates = values.clone();
    return step -> {
      int at = Arrays.binarySearch(ends, step);
      return rates[at < 0 ? -at - 1 : at];
    };
  }

  /**
   * This schedule behind a warm-up: the rate rises in a straight line from {@code from} to what
   * this schedule begins with, and goes on from there.
   *
   * @param steps steps of the warm-up
   */
  default Schedule warmUp(double from, long steps) {
    requireSteps("warm-up steps", steps);
    return step -> step < steps ? from + (rate(0) - from) * step / steps : rate(step - steps);
  }

  private static void requireSteps(String name, long steps) {
    if (steps < 1) {
      throw new SpecException("schedule: " + name + " must be at least 1, but is " + steps);
    }
  }

  /**
   * The rate of a step, checked.
   *
   * @throws SpecException if it is negative, NaN or infinite
   */
  default float checked(long step) {
    double rate = rate(step);
    if (!(rate >= 0 && Float.isFinite((float) rate))) {
      throw new SpecException(
          "the learning rate of step %d must be finite and 0 or more, but is %s"
              .formatted(step, rate));
    }
    return (float) rate;
  }

  /**
   * No change at all.
   *
   * @param value the rate
   */
  record Constant(double value) implements Schedule {
    @Override
    public double rate(long step) {
      return value;
    }
  }
}
