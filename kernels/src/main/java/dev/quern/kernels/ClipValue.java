package dev.quern.kernels;

import static dev.quern.core.DataType.FLOAT32;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import java.util.EnumSet;
import java.util.Set;

/**
 * Bounds elements: {@code y = min(max(x, least), most)}. On a gradient in place, with bounds {@code
 * -c} and {@code c}, it is Keras's {@code clipvalue}.
 *
 * <p>Shapes: {@code x} and {@code y} hold {@code count} FLOAT32 elements in any layout. {@code y}
 * is overwritten and may alias {@code x} exactly. A NaN stays a NaN; nothing is rounded.
 * Deterministic. Cost: 2 operations and 8 bytes an element.
 */
public abstract class ClipValue extends OpKernel<ClipValue.Spec> {

  /** For backends. */
  protected ClipValue(Device device, Spec spec) {
    super(device, spec);
  }

  /** {@code y = min(max(x, least), most)}. */
  public final void run(Stream stream, DeviceBuffer x, DeviceBuffer y) {
    check(stream, "x", x, FLOAT32, spec().count());
    check(stream, "y", y, FLOAT32, spec().count());
    if (stream.begin(this)) {
      runClip(stream, x, y);
    }
  }

  /** For backends: the checked run. */
  protected abstract void runClip(Stream stream, DeviceBuffer x, DeviceBuffer y);

  /**
   * Bounds on {@code count} elements.
   *
   * @param count number of elements, 0 or more
   * @param least lower bound, minus infinity for none
   * @param most upper bound, not below the lower one, infinity for none
   */
  public record Spec(long count, float least, float most) implements OpSpec<ClipValue> {

    /**
     * Checks the problem.
     *
     * @throws SpecException if the count is negative or the bounds are not in order
     */
    public Spec {
      Window.requireAtLeast("clip-value", "count", count, 0);
      if (!(least <= most)) {
        throw new SpecException(
            "clip-value: least must not be above most, but least=%s most=%s"
                .formatted(least, most));
      }
    }

    @Override
    public Class<ClipValue> kernelType() {
      return ClipValue.class;
    }

    @Override
    public String describe() {
      return "clip-value/" + count + "from" + least + "to" + most;
    }

    @Override
    public Set<Pass> passes() {
      return EnumSet.of(Pass.FORWARD);
    }

    @Override
    public double flops(Pass pass) {
      return 2.0 * count;
    }

    @Override
    public double bytes(Pass pass) {
      return 8.0 * count;
    }
  }
}
