package dev.quern.train.optimizers;

import dev.quern.core.SpecException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

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
    return new ExponentialDecay(initial, decaySteps, decayRate);
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
    return new CosineDecay(initial, decaySteps, alpha);
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
    return new PiecewiseConstant(
        Arrays.stream(boundaries).boxed().toList(), Arrays.stream(values).boxed().toList());
  }

  /**
   * This schedule behind a warm-up: the rate rises in a straight line from {@code from} to what
   * this schedule begins with, and goes on from there.
   *
   * @param steps steps of the warm-up
   */
  default Schedule warmUp(double from, long steps) {
    return new WarmUp(this, from, steps);
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

    @Override
    public String toString() {
      return Double.toString(value);
    }
  }

  /**
   * See {@link #exponentialDecay}.
   *
   * @param initial rate of the first step
   * @param decaySteps steps between two factors
   * @param decayRate the factor
   */
  record ExponentialDecay(double initial, long decaySteps, double decayRate) implements Schedule {
    /** Checks the number of steps. */
    public ExponentialDecay {
      requireSteps("decaySteps", decaySteps);
    }

    @Override
    public double rate(long step) {
      return initial * Math.pow(decayRate, (double) step / decaySteps);
    }
  }

  /**
   * See {@link #cosineDecay(double, long, double)}.
   *
   * @param initial rate of the first step
   * @param decaySteps steps that the fall takes
   * @param alpha share of the rate that is left
   */
  record CosineDecay(double initial, long decaySteps, double alpha) implements Schedule {
    /** Checks the number of steps. */
    public CosineDecay {
      requireSteps("decaySteps", decaySteps);
    }

    @Override
    public double rate(long step) {
      double done = (double) Math.min(step, decaySteps) / decaySteps;
      double cosine = 0.5 * (1 + Math.cos(Math.PI * done));
      return initial * ((1 - alpha) * cosine + alpha);
    }
  }

  /**
   * See {@link #piecewiseConstant}.
   *
   * @param boundaries last step of each stretch but the final one
   * @param values rates
   */
  record PiecewiseConstant(List<Long> boundaries, List<Double> values) implements Schedule {
    /** Checks numbers and order. */
    public PiecewiseConstant {
      boundaries = List.copyOf(boundaries);
      values = List.copyOf(values);
      if (values.size() != boundaries.size() + 1) {
        throw new SpecException(
            "piecewise constant rates need one value more than boundaries, but there are %d and %d"
                .formatted(values.size(), boundaries.size()));
      }
      for (int i = 1; i < boundaries.size(); i++) {
        if (boundaries.get(i) <= boundaries.get(i - 1)) {
          throw new SpecException(
              "boundaries of piecewise constant rates must rise, but %d comes before %d"
                  .formatted(boundaries.get(i - 1), boundaries.get(i)));
        }
      }
    }

    @Override
    public double rate(long step) {
      int at = Collections.binarySearch(boundaries, step);
      return values.get(at < 0 ? -at - 1 : at);
    }
  }

  /**
   * See {@link #warmUp}.
   *
   * @param then what comes behind
   * @param from the rate at the beginning
   * @param steps steps of the warm-up
   */
  record WarmUp(Schedule then, double from, long steps) implements Schedule {
    /** Checks the number of steps. */
    public WarmUp {
      requireSteps("warm-up steps", steps);
    }

    @Override
    public double rate(long step) {
      return step < steps ? from + (then.rate(0) - from) * step / steps : then.rate(step - steps);
    }
  }
}
