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
 * One step of Adam over all parameters at once. With {@code t = step + 1}, the number of this step
 * from 1:
 *
 * <pre>
 * g' = g + decay * p                     (Decay.L2 only)
 * m  = beta1 * m + (1 - beta1) * g'
 * v  = beta2 * v + (1 - beta2) * g' * g'
 * KERAS: p -= lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon)
 * PAPER: p -= lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
 * p -= lr * decay * p                    (Decay.DECOUPLED only, before the step, with the old p)
 * step = t
 * </pre>
 *
 * <p>Shapes: {@code p}, {@code g}, {@code m}, {@code v} hold {@code count} FLOAT32 elements, {@code
 * step} one INT32, {@code learningRate} one FLOAT32. {@code p}, {@code m}, {@code v} and {@code
 * step} are updated in place; nothing may alias. {@code m} and {@code v} start at 0 and {@code
 * step} at the number of steps done before. The two forms differ in where epsilon stands: Keras's
 * is the "epsilon hat" form of the paper's section 2, PAPER is algorithm 1 (and PyTorch's). Bias
 * corrections are computed in double. Deterministic. Cost: about 12 operations and 28 bytes an
 * element. Source: Kingma and Ba, ICLR 2015, arXiv:1412.6980; Loshchilov and Hutter,
 * arXiv:1711.05101.
 */
public abstract class Adam extends OpKernel<Adam.Spec> {

  /** Where epsilon stands. */
  public enum Form {
    /** Epsilon is added to the uncorrected square root, as Keras and ONNX do. */
    KERAS,
    /** Epsilon is added to the corrected square root, as the paper and PyTorch do. */
    PAPER
  }

  /** How weights are drawn towards 0. */
  public enum Decay {
    /** Added to the gradient. */
    L2,
    /** Taken from the weights directly (AdamW). */
    DECOUPLED
  }

  /** For backends. */
  protected Adam(Device device, Spec spec) {
    super(device, spec);
  }

  /** Updates {@code p}, {@code m}, {@code v} and {@code step} with the gradient {@code g}. */
  public final void update(
      Stream stream,
      DeviceBuffer p,
      DeviceBuffer g,
      DeviceBuffer m,
      DeviceBuffer v,
      DeviceBuffer step,
      DeviceBuffer learningRate) {
    check(stream, "p", p, FLOAT32, spec().count());
    check(stream, "g", g, FLOAT32, spec().count());
    check(stream, "m", m, FLOAT32, spec().count());
    check(stream, "v", v, FLOAT32, spec().count());
    check(stream, "step", step, INT32, 1);
    check(stream, "learningRate", learningRate, FLOAT32, 1);
    checkApart("p", p, "g", g);
    checkApart("m", m, "v", v);
    if (stream.begin(this)) {
      runUpdate(stream, p, g, m, v, step, learningRate);
    }
  }

  /** For backends: the checked update. */
  protected abstract void runUpdate(
      Stream stream,
      DeviceBuffer p,
      DeviceBuffer g,
      DeviceBuffer m,
      DeviceBuffer v,
      DeviceBuffer step,
      DeviceBuffer learningRate);

  /**
   * Adam over {@code count} parameters.
   *
   * @param count number of parameters, 0 or more
   * @param beta1 decay of the first moment, at least 0 and less than 1
   * @param beta2 decay of the second moment, at least 0 and less than 1
   * @param epsilon more than 0
   * @param form where epsilon stands
   * @param weightDecay strength of the decay, 0 for none
   * @param decay how the decay is applied
   */
  public record Spec(
      long count,
      float beta1,
      float beta2,
      float epsilon,
      Form form,
      float weightDecay,
      Decay decay)
      implements OpSpec<Adam> {

    /**
     * Checks the problem.
     *
     * @throws SpecException if a setting is out of range
     */
    public Spec {
      Window.requireAtLeast("adam", "count", count, 0);
      requireShare("beta1", beta1);
      requireShare("beta2", beta2);
      if (!(epsilon > 0)) {
        throw new SpecException("adam: epsilon must be more than 0, but is " + epsilon);
      }
      if (!(weightDecay >= 0)) {
        throw new SpecException("adam: weightDecay must be 0 or more, but is " + weightDecay);
      }
    }

    /** Keras's defaults: 0.9, 0.999, 1e-7, no decay. */
    public Spec(long count) {
      this(count, 0.9f, 0.999f, 1e-7f, Form.KERAS, 0, Decay.L2);
    }

    private static void requireShare(String name, float value) {
      if (!(value >= 0 && value < 1)) {
        throw new SpecException(
            "adam: " + name + " must be at least 0 and less than 1, but is " + value);
      }
    }

    @Override
    public Class<Adam> kernelType() {
      return Adam.class;
    }

    @Override
    public String describe() {
      return "adam/"
          + count
          + (form == Form.KERAS ? "" : "paper")
          + (weightDecay == 0 ? "" : (decay == Decay.L2 ? "l2_" : "decoupled_") + weightDecay)
          + "b"
          + beta1
          + "_"
          + beta2
          + "eps"
          + epsilon;
    }

    @Override
    public Set<Pass> passes() {
      return EnumSet.of(Pass.UPDATE);
    }

    @Override
    public double flops(Pass pass) {
      return 12.0 * count;
    }

    @Override
    public double bytes(Pass pass) {
      return 28.0 * count;
    }
  }
}
