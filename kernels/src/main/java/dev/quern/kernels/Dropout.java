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
 * Inverted dropout: {@code y[i] = keep(i) ? x[i] / (1 - rate) : 0}, gradient {@code dx[i] = keep(i)
 * ? dy[i] / (1 - rate) : 0}.
 *
 * <p>{@code keep} comes from the counter-based generator Philox 4x32-10 and is the same on every
 * backend: element {@code i} takes word {@code i mod 4} of the block with counter {@code (low and
 * high half of i / 4, step, 0)} and key {@code (low and high half of seed)}, and is kept if {@code
 * (word >>> 8) * 2^-24 >= rate}, compared in float32. The step is read from device memory, so that
 * a replay draws a new mask each time; the backward pass draws the same one again from the same
 * step, and no mask is stored. See {@link Philox}.
 *
 * <p>Shapes: {@code x}, {@code y}, {@code dy}, {@code dx} hold {@code count} FLOAT32 elements,
 * {@code step} one INT32. Outputs are overwritten and may alias the input of the same pass exactly.
 * Rate 0 copies. Cost: 8 bytes and about 12 integer operations an element. Source: Srivastava et
 * al., JMLR 15, 2014; Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */
public abstract class Dropout extends OpKernel<Dropout.Spec> {

  /** For backends. */
  protected Dropout(Device device, Spec spec) {
    super(device, spec);
  }

  /** {@code y = dropout(x)} with the mask of {@code step}. */
  public final void forward(Stream stream, DeviceBuffer x, DeviceBuffer step, DeviceBuffer y) {
    check(stream, "x", x, FLOAT32, spec().count());
    check(stream, "step", step, INT32, 1);
    check(stream, "y", y, FLOAT32, spec().count());
    if (stream.begin(this)) {
      run(stream, x, step, y);
    }
  }

  /** {@code dx} from {@code dy} with the mask of {@code step}. */
  public final void backward(Stream stream, DeviceBuffer dy, DeviceBuffer step, DeviceBuffer dx) {
    check(stream, "dy", dy, FLOAT32, spec().count());
    check(stream, "step", step, INT32, 1);
    check(stream, "dx", dx, FLOAT32, spec().count());
    if (stream.begin(this)) {
      run(stream, dy, step, dx);
    }
  }

  /** For backends: both passes, which are the same map, checked. */
  protected abstract void run(
      Stream stream, DeviceBuffer source, DeviceBuffer step, DeviceBuffer target);

  /**
   * Dropout over {@code count} elements.
   *
   * @param count number of elements, 0 or more
   * @param rate share of elements that are set to 0, at least 0 and less than 1
   * @param seed key of the generator; give each layer its own
   */
  public record Spec(long count, float rate, long seed) implements OpSpec<Dropout> {

    /**
     * Checks the problem.
     *
     * @throws SpecException if the rate or the count is out of range
     */
    public Spec {
      Window.requireAtLeast("dropout", "count", count, 0);
      if (!(rate >= 0 && rate < 1)) {
        throw new SpecException("dropout: rate must be at least 0 and less than 1, but is " + rate);
      }
    }

    /** What a kept element is multiplied by. */
    public float scale() {
      return 1 / (1 - rate);
    }

    /**
     * The smallest random word, as an unsigned number, that keeps its element. {@code (word >>> 8)
     * * 2^-24} is exact in float32, so the comparison with the rate is one of integers.
     */
    public int leastKept() {
      return (int) ((long) Math.ceil(rate / 0x1p-24) << 8);
    }

    @Override
    public Class<Dropout> kernelType() {
      return Dropout.class;
    }

    @Override
    public String describe() {
      return "dropout/" + count + "rate" + rate + "seed" + seed;
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
      return 8.0 * count;
    }
  }
}
