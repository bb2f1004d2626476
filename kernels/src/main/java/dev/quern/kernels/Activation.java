package dev.quern.kernels;

import static dev.quern.core.DataType.FLOAT32;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * Activations element by element, but for {@link Relu}, which is an op of its own. With {@code s(x)
 * = 1 / (1 + exp(-x))}, and {@code P} and {@code f} the normal distribution and its density:
 *
 * <pre>
 * LEAKY_RELU: y = x > 0 ? x : alpha * x              dx = dy * (y > 0 ? 1 : alpha)
 * ELU:        y = x > 0 ? x : alpha * (exp(x) - 1)   dx = dy * (y > 0 ? 1 : y + alpha)
 * SIGMOID:    y = s(x)                               dx = dy * y * (1 - y)
 * TANH:       y = tanh(x)                            dx = dy * (1 - y * y)
 * SILU:       y = x * s(x)                           dx = dy * s(x) * (1 + x * (1 - s(x)))
 * GELU:       y = x * P(x)                           dx = dy * (P(x) + x * f(x))
 * </pre>
 *
 * <p>The backward pass wants what the formula names: the forward pass's input {@code x} where
 * {@link Kind#savesInput} says so, else its output {@code y}. GELU is the exact one, {@code P(x) =
 * (1 + erf(x / sqrt(2))) / 2}, and not its approximation by a hyperbolic tangent.
 *
 * <p>Shapes: {@code x}, {@code y}, {@code dy}, {@code dx} hold {@code count} FLOAT32 elements in
 * any layout. Outputs are overwritten and may alias inputs of the same pass exactly. Results are
 * accurate relative to their size, close to 0 and in the tails, too; nothing overflows on the way.
 * A NaN stays a NaN (but LEAKY_RELU's and ELU's gradients ask whether y > 0, which NaN is not);
 * infinities give the limits, so SILU and GELU of minus infinity are 0. Deterministic. Cost: 2 to
 * 40 operations, 8 bytes an element forward, 12 backward. Source: Maas, Hannun and Ng, ICML 2013;
 * Clevert, Unterthiner and Hochreiter, arXiv:1511.07289; Hendrycks and Gimpel, arXiv:1606.08415.
 */
public abstract class Activation extends OpKernel<Activation.Spec> {

  /** Which function. */
  public enum Kind {
    /** Leaky rectified linear unit; {@code alpha} is its slope below 0. */
    LEAKY_RELU(false, true, 1),
    /** Exponential linear unit; {@code -alpha} is its limit below 0. */
    ELU(false, true, 20),
    /** Logistic function. */
    SIGMOID(false, false, 25),
    /** Hyperbolic tangent. */
    TANH(false, false, 25),
    /** Sigmoid linear unit, also called swish. */
    SILU(true, false, 30),
    /** Gaussian error linear unit. */
    GELU(true, false, 40);

    private final boolean savesInput;
    private final boolean hasAlpha;
    private final int operations;

    Kind(boolean savesInput, boolean hasAlpha, int operations) {
      this.savesInput = savesInput;
      this.hasAlpha = hasAlpha;
      this.operations = operations;
    }

    /** Whether the backward pass wants the forward pass's input; its output otherwise. */
    public boolean savesInput() {
      return savesInput;
    }

    /** Whether the function has a parameter. */
    public boolean hasAlpha() {
      return hasAlpha;
    }

    /** The name in lower case with hyphens, for example {@code leaky-relu}. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** For backends. */
  protected Activation(Device device, Spec spec) {
    super(device, spec);
  }

  /** {@code y} from {@code x}. */
  public final void forward(Stream stream, DeviceBuffer x, DeviceBuffer y) {
    check(stream, "x", x, FLOAT32, spec().count());
    check(stream, "y", y, FLOAT32, spec().count());
    if (stream.begin(this)) {
      runForward(stream, x, y);
    }
  }

  /**
   * {@code dx} from {@code dy}.
   *
   * @param saved {@code x} where {@link Kind#savesInput} says so, else {@code y}
   */
  public final void backward(Stream stream, DeviceBuffer saved, DeviceBuffer dy, DeviceBuffer dx) {
    check(stream, spec().kind().savesInput() ? "x" : "y", saved, FLOAT32, spec().count());
    check(stream, "dy", dy, FLOAT32, spec().count());
    check(stream, "dx", dx, FLOAT32, spec().count());
    if (stream.begin(this)) {
      runBackward(stream, saved, dy, dx);
    }
  }

  /** For backends: the checked forward pass. */
  protected abstract void runForward(Stream stream, DeviceBuffer x, DeviceBuffer y);

  /** For backends: the checked backward pass. */
  protected abstract void runBackward(
      Stream stream, DeviceBuffer saved, DeviceBuffer dy, DeviceBuffer dx);

  /**
   * An activation of {@code count} elements.
   *
   * @param kind which function
   * @param count number of elements, 0 or more
   * @param alpha parameter of LEAKY_RELU and ELU, finite and more than 0 (the backward pass reads
   *     off y on which side of 0 x was); 0 for the others, which have none
   */
  public record Spec(Kind kind, long count, float alpha) implements OpSpec<Activation> {

    /**
     * Checks the problem.
     *
     * @throws SpecException if the count or {@code alpha} is out of range
     */
    public Spec {
      Window.requireAtLeast("activation", "count", count, 0);
      if (kind.hasAlpha() && !(alpha > 0 && Float.isFinite(alpha))) {
        throw new SpecException(
            "activation: alpha of %s must be finite and more than 0, but is %s"
                .formatted(kind, alpha));
      }
      if (!kind.hasAlpha() && alpha != 0) {
        throw new SpecException(
            "activation: %s has no alpha, which must be 0, but is %s".formatted(kind, alpha));
      }
    }

    /** A function without a parameter. */
    public Spec(Kind kind, long count) {
      this(kind, count, 0);
    }

    @Override
    public Class<Activation> kernelType() {
      return Activation.class;
    }

    @Override
    public String describe() {
      return "activation/" + count + kind + (kind.hasAlpha() ? alpha : "");
    }

    @Override
    public Set<Pass> passes() {
      return EnumSet.of(Pass.FORWARD, Pass.BACKWARD_DATA);
    }

    @Override
    public double flops(Pass pass) {
      boolean simple = pass == Pass.BACKWARD_DATA && !kind.savesInput();
      return (simple ? 3.0 : kind.operations) * count;
    }

    @Override
    public double bytes(Pass pass) {
      return (pass == Pass.FORWARD ? 8.0 : 12.0) * count;
    }
  }
}
