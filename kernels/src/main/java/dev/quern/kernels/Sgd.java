package dev.quern.kernels;

import static dev.quern.core.DataType.FLOAT32;
import static dev.quern.core.DataType.INT32;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import java.util.EnumSet;
import java.util.Set;

/**
 * One step of stochastic gradient descent over all parameters at once, in Keras's form:
 *
 * <pre>
 * g' = g + weightDecay * p
 * v  = momentum * v - lr * g'
 * p += nesterov ? momentum * v - lr * g' : v
 * step = step + 1
 * </pre>
 *
 * <p>Shapes: {@code p}, {@code g}, {@code v} hold {@code count} FLOAT32 elements, {@code
 * learningRate} one and {@code step} one INT32. {@code p}, {@code v} and {@code step} are updated
 * in place; nothing may alias. With momentum 0, {@code v} is written all the same. Deterministic.
 * Cost: about 5 operations and 20 bytes an element. Source: Sutskever et al., ICML 2013.
 */
public abstract class Sgd extends OpKernel<Sgd.Spec> {

  /** For backends. */
  protected Sgd(Device device, Spec spec) {
    super(device, spec);
  }

  /** Updates {@code p}, {@code v} and {@code step} with the gradient {@code g}. */
  public final void update(
      Stream stream,
      DeviceBuffer p,
      DeviceBuffer g,
      DeviceBuffer v,
      DeviceBuffer step,
      DeviceBuffer learningRate) {
    check(stream, "p", p, FLOAT32, spec().count());
    check(stream, "g", g, FLOAT32, spec().count());
    check(stream, "v", v, FLOAT32, spec().count());
    check(stream, "step", step, INT32, 1);
    check(stream, "learningRate", learningRate, FLOAT32, 1);
    checkApart("p", p, "g", g);
    checkApart("p", p, "v", v);
    if (stream.begin(this)) {
      runUpdate(stream, p, g, v, step, learningRate);
    }
  }

  /** For backends: the checked update. */
  protected abstract void runUpdate(
      Stream stream,
      DeviceBuffer p,
      DeviceBuffer g,
      DeviceBuffer v,
      DeviceBuffer step,
      DeviceBuffer learningRate);

  /**
   * SGD over {@code count} parameters.
   *
   * @param count number of parameters, 0 or more
   * @param momentum at least 0 and less than 1
   * @param nesterov whether the step looks ahead along the velocity
   * @param weightDecay L2 decay added to the gradient, 0 for none
   */
  public record Spec(long count, float momentum, boolean nesterov, float weightDecay)
      implements OpSpec<Sgd> {

    /**
     * Checks the problem.
     *
     * @throws SpecException if a setting is out of range
     */
    public Spec {
      Window.requireAtLeast("sgd", "count", count, 0);
      if (!(momentum >= 0 && momentum < 1)) {
        throw new SpecException(
            "sgd: momentum must be at least 0 and less than 1, but is " + momentum);
      }
      if (!(weightDecay >= 0)) {
        throw new SpecException("sgd: weightDecay must be 0 or more, but is " + weightDecay);
      }
    }

    @Override
    public Class<Sgd> kernelType() {
      return Sgd.class;
    }

    @Override
    public String describe() {
      return "sgd/"
          + count
          + "momentum"
          + momentum
          + (nesterov ? "nesterov" : "")
          + (weightDecay == 0 ? "" : "l2_" + weightDecay);
    }

    @Override
    public Set<Pass> passes() {
      return EnumSet.of(Pass.UPDATE);
    }

    @Override
    public double flops(Pass pass) {
      return 5.0 * count;
    }

    @Override
    public double bytes(Pass pass) {
      return 20.0 * count;
    }
  }
}
