package dev.quern.train;

import dev.quern.core.Device;
import dev.quern.core.Kernel;
import dev.quern.core.Stream;
import dev.quern.kernels.Adam;
import dev.quern.kernels.Sgd;

/**
 * How weights follow their gradients. With Keras's defaults: {@code Optimizer.adam()} is Adam with
 * learning rate 1e-3, 0.9, 0.999 and epsilon 1e-7; {@code Optimizer.sgd(0.01)} plain gradient
 * descent.
 */
public sealed interface Optimizer {

  /** Step size at the start. */
  float learningRate();

  /** Arrays as large as the parameters that the optimizer keeps between steps. */
  int states();

  /** Prepares the update of all parameters at once. */
  Update prepare(Device device, Parameters parameters);

  /** A prepared optimizer. */
  interface Update {
    /** Its kernel, which the model closes. */
    Kernel kernel();

    /** Enqueues one step, which also counts the step. */
    void run(Stream stream);
  }

  /** Adam with Keras's defaults. */
  static Optimizer adam() {
    return adam(1e-3);
  }

  /** Adam with this learning rate. */
  static Optimizer adam(double learningRate) {
    return new AdamOptimizer((float) learningRate, 0.9f, 0.999f, 1e-7f, Adam.Form.KERAS);
  }

  /** Gradient descent without momentum. */
  static Optimizer sgd(double learningRate) {
    return sgd(learningRate, 0, false);
  }

  /** Gradient descent with momentum, which with {@code nesterov} looks ahead. */
  static Optimizer sgd(double learningRate, double momentum, boolean nesterov) {
    return new SgdOptimizer((float) learningRate, (float) momentum, nesterov);
  }

  /**
   * Adam; see {@link Adam}.
   *
   * @param learningRate step size
   * @param beta1 decay of the first moment
   * @param beta2 decay of the second moment
   * @param epsilon keeps the quotient finite
   * @param form where epsilon stands
   */
  record AdamOptimizer(float learningRate, float beta1, float beta2, float epsilon, Adam.Form form)
      implements Optimizer {
    @Override
    public int states() {
      return 2;
    }

    @Override
    public Update prepare(Device device, Parameters of) {
      Adam adam =
          device.prepare(
              new Adam.Spec(of.values().count(), beta1, beta2, epsilon, form, 0, Adam.Decay.L2));
      return new Update() {
        @Override
        public Kernel kernel() {
          return adam;
        }

        @Override
        public void run(Stream stream) {
          adam.update(
              stream,
              of.values(),
              of.gradients(),
              of.state(0),
              of.state(1),
              of.step(),
              of.learningRate());
        }
      };
    }
  }

  /**
   * Stochastic gradient descent; see {@link Sgd}.
   *
   * @param learningRate step size
   * @param momentum share of the last step that goes on
   * @param nesterov whether the step looks ahead along the velocity
   */
  record SgdOptimizer(float learningRate, float momentum, boolean nesterov) implements Optimizer {
    @Override
    public int states() {
      return 1;
    }

    @Override
    public Update prepare(Device device, Parameters of) {
      Sgd sgd = device.prepare(new Sgd.Spec(of.values().count(), momentum, nesterov, 0));
      return new Update() {
        @Override
        public Kernel kernel() {
          return sgd;
        }

        @Override
        public void run(Stream stream) {
          sgd.update(
              stream, of.values(), of.gradients(), of.state(0), of.step(), of.learningRate());
        }
      };
    }
  }
}
