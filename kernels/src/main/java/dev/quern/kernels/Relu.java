package dev.quern.kernels;

import static dev.quern.core.DataType.FLOAT32;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import java.util.EnumSet;
import java.util.Set;

/**
 * Rectified linear unit: {@code y = max(x, 0)}; gradient {@code dx = y > 0 ? dy : 0}, so 0 at 0.
 *
 * <p>Shapes: {@code x}, {@code y}, {@code dy}, {@code dx} hold {@code count} FLOAT32 elements in
 * any layout. Outputs are overwritten and may alias inputs of the same pass exactly. A NaN stays a
 * NaN forward and passes no gradient. Deterministic. Cost: {@code count} operations; 8 bytes an
 * element forward, 12 backward. Source: Nair and Hinton, ICML 2010.
 */
public abstract class Relu extends OpKernel<Relu.Spec> {

  /** For backends. */
  protected Relu(Device device, Spec spec) {
    super(device, spec);
  }

  /** {@code y = max(x, 0)}. */
  public final void forward(Stream stream, DeviceBuffer x, DeviceBuffer y) {
    check(stream, "x", x, FLOAT32, spec().count());
    check(stream, "y", y, FLOAT32, spec().count());
    if (stream.begin(this)) {
      runForward(stream, x, y);
    }
  }

  /** {@code dx = y > 0 ? dy : 0}; {@code y} is the forward pass's output. */
  public final void backward(Stream stream, DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx) {
    check(stream, "y", y, FLOAT32, spec().count());
    check(stream, "dy", dy, FLOAT32, spec().count());
    check(stream, "dx", dx, FLOAT32, spec().count());
    if (stream.begin(this)) {
      runBackward(stream, y, dy, dx);
    }
  }

  /** For backends: the checked forward pass. */
  protected abstract void runForward(Stream stream, DeviceBuffer x, DeviceBuffer y);

  /** For backends: the checked backward pass. */
  protected abstract void runBackward(
      Stream stream, DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx);

  /**
   * A ReLU over {@code count} elements.
   *
   * @param count number of elements, 0 or more
   */
  public record Spec(long count) implements OpSpec<Relu> {

    /**
     * Checks the problem.
     *
     * @throws SpecException if {@code count} is negative
     */
    public Spec {
      Window.requireAtLeast("relu", "count", count, 0);
    }

    @Override
    public Class<Relu> kernelType() {
      return Relu.class;
    }

    @Override
    public String describe() {
      return "relu/" + count;
    }

    @Override
    public Set<Pass> passes() {
      return EnumSet.of(Pass.FORWARD, Pass.BACKWARD_DATA);
    }

    @Override
    public double flops(Pass pass) {
      return count;
    }

    @Override
    public double bytes(Pass pass) {
      return (pass == Pass.FORWARD ? 8.0 : 12.0) * count;
    }
  }
}
