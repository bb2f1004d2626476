package dev.quern.train.optimizers;

import dev.quern.core.Device;
import dev.quern.core.Kernel;
import dev.quern.core.Stream;
import dev.quern.kernels.Adam;
import java.util.List;

/**
 * How weights follow their gradients. With Keras's defaults: {@code Optimizer.adam()} is Adam with
 * learning rate 1e-3, 0.9, 0.999 and epsilon 1e-7; {@code Optimizer.sgd(0.01)} plain gradient
 * descent. A {@link Schedule} in place of the learning rate changes it from step to step.
 */
public sealed interface Optimizer
    permits AdamOptimizer, SgdOptimizer, RmsPropOptimizer, ClippedOptimizer {

  /** Step size over time. */
  Schedule learningRate();

  /** Arrays as large as the trained parameters that the optimizer keeps between steps. */
  int states();

  /** Prepares the update of all trained parameters at once. */
  Update prepare(Device device, TrainedWeights weights);

  /** A prepared optimizer. */
  interface Update {
    /** Its kernels, which the model closes. */
    List<Kernel> kernels();

    /** Enqueues one step, which also counts the step. */
    void run(Stream stream);
  }

  /** Adam with Keras's defaults. */
  static Optimizer adam() {
    return adam(1e-3);
  }

  /** Adam with this learning rate. */
  static Optimizer adam(double learningRate) {
    return adam(Schedule.constant(learningRate));
  }

  /** Adam with learning rates that change. */
  static Optimizer adam(Schedule learningRate) {
    return adam(learningRate, 0.9, 0.999, 1e-7);
  }

  /** Adam with all its settings; see {@link Adam}. */
  static Optimizer adam(Schedule learningRate, double beta1, double beta2, double epsilon) {
    return new AdamOptimizer(learningRate, (float) beta1, (float) beta2, (float) epsilon, 0);
  }

  /**
   * Adam whose weights shrink by {@code learningRate * decay} of themselves in each step; Keras's
   * defaults are 1e-3 and 0.004.
   */
  static Optimizer adamW(double learningRate, double decay) {
    return adamW(Schedule.constant(learningRate), decay);
  }

  /** AdamW with learning rates that change. */
  static Optimizer adamW(Schedule learningRate, double decay) {
    return new AdamOptimizer(learningRate, 0.9f, 0.999f, 1e-7f, (float) decay);
  }

  /** RMSprop with Keras's defaults but for the learning rate: 0.9, no momentum, 1e-7. */
  static Optimizer rmsprop(double learningRate) {
    return rmsprop(Schedule.constant(learningRate), 0.9, 0, 1e-7);
  }

  /** RMSprop with all its settings; see {@link dev.quern.kernels.RmsProp}. */
  static Optimizer rmsprop(Schedule learningRate, double rho, double momentum, double epsilon) {
    return new RmsPropOptimizer(learningRate, (float) rho, (float) momentum, (float) epsilon);
  }

  /**
   * This optimizer on a gradient whose norm, over all trained weights together, is cut to a limit;
   * Keras's {@code global_clipnorm}.
   */
  default Optimizer clipNorm(double limit) {
    return new ClippedOptimizer(this, ClippedOptimizer.By.NORM, (float) limit);
  }

  /** This optimizer on a gradient whose every element is cut to {@code -limit} to {@code limit}. */
  default Optimizer clipValue(double limit) {
    return new ClippedOptimizer(this, ClippedOptimizer.By.VALUE, (float) limit);
  }

  /** Gradient descent without momentum. */
  static Optimizer sgd(double learningRate) {
    return sgd(learningRate, 0, false);
  }

  /** Gradient descent with momentum, which with {@code nesterov} looks ahead. */
  static Optimizer sgd(double learningRate, double momentum, boolean nesterov) {
    return sgd(Schedule.constant(learningRate), momentum, nesterov);
  }

  /** Gradient descent with momentum and learning rates that change. */
  static Optimizer sgd(Schedule learningRate, double momentum, boolean nesterov) {
    return new SgdOptimizer(learningRate, (float) momentum, nesterov);
  }
}
