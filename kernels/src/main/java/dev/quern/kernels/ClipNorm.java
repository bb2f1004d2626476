package dev.quern.kernels;

import static dev.quern.core.DataType.FLOAT32;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import java.util.EnumSet;
import java.util.Set;

/**
 * Scales a gradient so that its norm is at most {@code limit}: {@code g = g * limit / max(norm,
 * limit)} with {@code norm = sqrt(sum_i g[i]^2)}. Over the gradients of all parameters in one
 * buffer it is Keras's {@code global_clipnorm}.
 *
 * <p>Shapes: {@code g} holds {@code count} FLOAT32 elements and is updated in place. A gradient
 * whose norm is not above the limit keeps its very bits. Squares neither overflow nor get lost,
 * whatever a finite element's size. If an element is NaN or infinite, so is the norm, and every
 * element becomes NaN, as in Keras: a gradient that has no direction any more must not train on in
 * silence. Deterministic: the order of summation depends on the spec alone. Cost: 3 operations and
 * 8 bytes an element, 4 if nothing has to be scaled. Source: Pascanu, Mikolov and Bengio, ICML
 * 2013.
 */
public abstract class ClipNorm extends OpKernel<ClipNorm.Spec> {

  /** For backends. */
  protected ClipNorm(Device device, Spec spec) {
    super(device, spec);
  }

  /** Scales {@code g} in place if its norm is above the limit. */
  public final void run(Stream stream, DeviceBuffer g) {
    check(stream, "g", g, FLOAT32, spec().count());
    if (stream.begin(this)) {
      runClip(stream, g);
    }
  }

  /** For backends: the checked run. */
  protected abstract void runClip(Stream stream, DeviceBuffer g);

  /**
   * A limit on the norm of {@code count} elements.
   *
   * @param count number of elements, 0 or more
   * @param limit largest norm, finite and at least {@link #LEAST_LIMIT}
   */
  public record Spec(long count, float limit) implements OpSpec<ClipNorm> {
    /**
     * The smallest limit. Elements whose squares float32 may lose (they are below 1.1e-19) are far
     * from reaching it, however many there are.
     */
    public static final float LEAST_LIMIT = 1e-10f;

    /**
     * Checks the problem.
     *
     * @throws SpecException if the count or the limit is out of range
     */
    public Spec {
      Window.requireAtLeast("clip-norm", "count", count, 0);
      if (!(limit >= LEAST_LIMIT && Float.isFinite(limit))) {
        throw new SpecException(
            "clip-norm: limit must be finite and at least %s, but is %s"
                .formatted(LEAST_LIMIT, limit));
      }
    }

    @Override
    public Class<ClipNorm> kernelType() {
      return ClipNorm.class;
    }

    @Override
    public String describe() {
      return "clip-norm/" + count + "limit" + limit;
    }

    @Override
    public Set<Pass> passes() {
      return EnumSet.of(Pass.UPDATE);
    }

    @Override
    public double flops(Pass pass) {
      return 3.0 * count;
    }

    @Override
    public double bytes(Pass pass) {
      return 8.0 * count;
    }
  }
}
