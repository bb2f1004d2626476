package dev.quern.train;

import dev.quern.core.Device;
import dev.quern.core.Kernel;
import dev.quern.core.Stream;
import dev.quern.kernels.Adam;
import dev.quern.kernels.Sgd;
import java.util.List;

/**
 * How weights follow their gradients. With Keras's defaults: {@code Optimizer.adam()} is Adam with
 * learning rate 1e-3, 0.9, 0.999 and epsilon 1e-7; {@code Optimizer.sgd(0.01)} plain gradient
 * descent. A {@link Schedule} in place of the learning rate changes it from step to step.
 */
public sealed interface Optimizer {

  /** Step size over time. */
  Schedule learningRate();

  /** Arrays as large as the trained parameters that the optimizer keeps between steps. */
  int states();

  /** Prepares the update of all trained parameters at once. */
  Update prepare(Device device, Parameters parameters);

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

  /**
   * Adam; see {@link Adam}.
   *
   * @param learningRate step size
   * @param beta1 decay of the first moment
   * @param beta2 decay of the second moment
   * @param epsilon keeps the quotient finite
   * @param decay share of a weight that a rate of 1 takes away, 0 for none
   */
  record AdamOptimizer(Schedule learningRate, float beta1, float beta2, float epsilon, float decay)
      implements Optimizer {
    @Override
    public int states() {
      return 2;
    }

    @Override
    public Update prepare(Device device, Parameters of) {
      Adam.Spec spec =
          new Adam.Spec(
              of.values().count(),
              beta1,
              beta2,
              epsilon,
              Adam.Form.KERAS,
              decay,
              decay == 0 ? Adam.Decay.L2 : Adam.Decay.DECOUPLED);
      Adam adam = device.prepare(spec);
      return new Prepared(
          adam,
          stream ->
              adam.update(
                  stream,
                  of.values(),
                  of.gradients(),
                  of.state(0),
                  of.state(1),
                  of.step(),
                  of.learningRate()));
    }
  }

  /**
   * Stochastic gradient descent; see {@link Sgd}.
   *
   * @param learningRate step size
   * @param momentum share of the last step that goes on
   * @param nesterov whether the step looks ahead along the velocity
   */
  record SgdOptimizer(Schedule learningRate, float momentum, boolean nesterov)
      implements Optimizer {
    @Override
    public int states() {
      return 1;
    }

    @Override
    public Update prepare(Device device, Parameters of) {
      Sgd sgd = device.prepare(new Sgd.Spec(of.values().count(), momentum, nesterov, 0));
      return new Prepared(
          sgd,
          stream ->
              sgd.update(
                  stream, of.values(), of.gradients(), of.state(0), of.step(), of.learningRate()));
    }
  }
}
