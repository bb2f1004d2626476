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
 * One step of RMSprop over all parameters at once, in Keras's form:
 *
 * <pre>
 * v = rho * v + (1 - rho) * g * g
 * m = momentum * m + lr * g / sqrt(v + epsilon)
 * p = p - m
 * step = step + 1
 * </pre>
 *
 * <p>Keras adds epsilon inside the square root; PyTorch adds its own outside, so the same number
 * means something else there. What Keras calls {@code centered} is not offered.
 *
 * <p>Shapes: {@code p}, {@code g}, {@code v}, {@code m} hold {@code count} FLOAT32 elements, {@code
 * learningRate} one and {@code step} one INT32. {@code p}, {@code v}, {@code m} and {@code step}
 * are updated in place; nothing may alias. {@code v} and {@code m} start at 0. With momentum 0,
 * {@code m} is written all the same. Deterministic. Cost: about 10 operations and 28 bytes an
 * element. Source: Tieleman and Hinton, "Neural networks for machine learning", lecture 6.5, 2012.
 */
public abstract class RmsProp extends OpKernel<RmsProp.Spec> {

  /** For backends. */
  protected RmsProp(Device device, Spec spec) {
    super(device, spec);
  }

  /** Updates {@code p}, {@code v}, {@code m} and {@code step} with the gradient {@code g}. */
  public final void update(
      Stream stream,
      DeviceBuffer p,
      DeviceBuffer g,
      DeviceBuffer v,
      DeviceBuffer m,
      DeviceBuffer step,
      DeviceBuffer learningRate) {
    check(stream, "p", p, FLOAT32, spec().count());
    check(stream, "g", g, FLOAT32, spec().count());
    check(stream, "v", v, FLOAT32, spec().count());
    check(stream, "m", m, FLOAT32, spec().count());
    check(stream, "step", step, INT32, 1);
    check(stream, "learningRate", learningRate, FLOAT32, 1);
    checkApart("p", p, "g", g);
    checkApart("v", v, "m", m);
    if (stream.begin(this)) {
      runUpdate(stream, p, g, v, m, step, learningRate);
    }
  }

  /** For backends: the checked update. */
  protected abstract void runUpdate(
      Stream stream,
      DeviceBuffer p,
      DeviceBuffer g,
      DeviceBuffer v,
      DeviceBuffer m,
      DeviceBuffer step,
      DeviceBuffer learningRate);

  /**
   * RMSprop over {@code count} parameters.
   *
   * @param count number of parameters, 0 or more
   * @param rho decay of the mean square, at least 0 and less than 1
   * @param momentum at least 0 and less than 1
   * @param epsilon more than 0
   */
  public record Spec(long count, float rho, float momentum, float epsilon)
      implements OpSpec<RmsProp> {

    /**
     * Checks the problem.
     *
     * @throws SpecException if a setting is out of range
     */
    public Spec {
      Window.requireAtLeast("rmsprop", "count", count, 0);
      requireShare("rho", rho);
      requireShare("momentum", momentum);
      if (!(epsilon > 0)) {
        throw new SpecException("rmsprop: epsilon must be more than 0, but is " + epsilon);
      }
    }

    /** Keras's defaults: 0.9, no momentum, 1e-7. */
    public Spec(long count) {
      this(count, 0.9f, 0, 1e-7f);
    }

    private static void requireShare(String name, float value) {
      if (!(value >= 0 && value < 1)) {
        throw new SpecException(
            "rmsprop: " + name + " must be at least 0 and less than 1, but is " + value);
      }
    }

    @Override
    public Class<RmsProp> kernelType() {
      return RmsProp.class;
    }

    @Override
    public String describe() {
      return "rmsprop/" + count + "rho" + rho + "momentum" + momentum + "eps" + epsilon;
    }

    @Override
    public Set<Pass> passes() {
      return EnumSet.of(Pass.UPDATE);
    }

    @Override
    public double flops(Pass pass) {
      return 10.0 * count;
    }

    @Override
    public double bytes(Pass pass) {
      return 28.0 * count;
    }
  }
}
