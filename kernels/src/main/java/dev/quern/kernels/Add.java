package dev.quern.kernels;

import static dev.quern.core.DataType.FLOAT32;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import java.util.EnumSet;
import java.util.Set;

/**
 * Sum of two tensors, element by element: {@code y = a + b}. It closes residual connections, and
 * collects the gradients of a tensor that several layers read.
 *
 * <p>Its own gradient needs no kernel: {@code da = db = dy}, so whoever runs the backward pass
 * hands {@code dy} on to both.
 *
 * <p>Shapes: {@code a}, {@code b}, {@code y} hold {@code count} FLOAT32 elements in any layout, the
 * same for all three. {@code y} is overwritten and may alias {@code a} or {@code b} exactly; {@code
 * a} and {@code b} may be one buffer. Deterministic: one rounding. Cost: {@code count} additions;
 * 12 bytes an element. Source: He et al., "Deep residual learning", arXiv:1512.03385.
 */
public abstract class Add extends OpKernel<Add.Spec> {

  /** For backends. */
  protected Add(Device device, Spec spec) {
    super(device, spec);
  }

  /** {@code y = a + b}. */
  public final void forward(Stream stream, DeviceBuffer a, DeviceBuffer b, DeviceBuffer y) {
    check(stream, "a", a, FLOAT32, spec().count());
    check(stream, "b", b, FLOAT32, spec().count());
    check(stream, "y", y, FLOAT32, spec().count());
    if (stream.begin(this)) {
      runForward(stream, a, b, y);
    }
  }

  /** For backends: the checked sum. */
  protected abstract void runForward(Stream stream, DeviceBuffer a, DeviceBuffer b, DeviceBuffer y);

  /**
   * A sum over {@code count} elements.
   *
   * @param count number of elements, 0 or more
   */
  public record Spec(long count) implements OpSpec<Add> {

    /**
     * Checks the problem.
     *
     * @throws SpecException if {@code count} is negative
     */
    public Spec {
      Window.requireAtLeast("add", "count", count, 0);
    }

    @Override
    public Class<Add> kernelType() {
      return Add.class;
    }

    @Override
    public String describe() {
      return "add/" + count;
    }

    @Override
    public Set<Pass> passes() {
      return EnumSet.of(Pass.FORWARD);
    }

    @Override
    public double flops(Pass pass) {
      return count;
    }

    @Override
    public double bytes(Pass pass) {
      return 12.0 * count;
    }
  }
}
