package dev.quern.kernels;

import static dev.quern.core.DataType.FLOAT32;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import java.util.EnumSet;
import java.util.Set;

/**
 * Adds one number a channel: {@code y[i, c, j] = x[i, c, j] + b[c]}; gradients {@code dx = dy} (no
 * pass of its own) and {@code db[c] = sum over i, j of dy[i, c, j]}.
 *
 * <p>Shapes: {@code x}, {@code y}, {@code dy} are FLOAT32 [rows, channels, inner], {@code b} and
 * {@code db} [channels]. NHWC activations and matrices have inner = 1, NCHW activations have rows =
 * N and inner = H * W. Outputs are overwritten; {@code y} may alias {@code x} exactly. With no
 * rows, {@code db} is 0. Deterministic: the order of summation depends on the spec alone. Cost: one
 * addition an element; 8 bytes an element forward, 4 backward.
 */
public abstract class BiasAdd extends OpKernel<BiasAdd.Spec> {

  /** For backends. */
  protected BiasAdd(Device device, Spec spec) {
    super(device, spec);
  }

  /** {@code y = x + b}. */
  public final void forward(Stream stream, DeviceBuffer x, DeviceBuffer b, DeviceBuffer y) {
    check(stream, "x", x, FLOAT32, spec().count());
    check(stream, "b", b, FLOAT32, spec().channels());
    check(stream, "y", y, FLOAT32, spec().count());
    checkApart("y", y, "b", b);
    if (stream.begin(this)) {
      runForward(stream, x, b, y);
    }
  }

  /** {@code db = sum of dy} over everything but the channel. */
  public final void backward(Stream stream, DeviceBuffer dy, DeviceBuffer db) {
    check(stream, "dy", dy, FLOAT32, spec().count());
    check(stream, "db", db, FLOAT32, spec().channels());
    checkApart("db", db, "dy", dy);
    if (stream.begin(this)) {
      runBackward(stream, dy, db);
    }
  }

  /** For backends: the checked forward pass. */
  protected abstract void runForward(Stream stream, DeviceBuffer x, DeviceBuffer b, DeviceBuffer y);

  /** For backends: the checked backward pass. */
  protected abstract void runBackward(Stream stream, DeviceBuffer dy, DeviceBuffer db);

  /**
   * A bias over [rows, channels, inner].
   *
   * @param rows extent before the channel axis, 0 or more
   * @param channels number of biases, 1 or more
   * @param inner extent behind the channel axis, 1 or more
   */
  public record Spec(long rows, int channels, int inner) implements OpSpec<BiasAdd> {

    /**
     * Checks the problem.
     *
     * @throws SpecException if an extent is out of range
     */
    public Spec {
      Window.requireAtLeast("bias-add", "rows", rows, 0);
      Window.requireAtLeast("bias-add", "channels", channels, 1);
      Window.requireAtLeast("bias-add", "inner", inner, 1);
    }

    /** A bias over the last axis of [rows, channels]. */
    public Spec(long rows, int channels) {
      this(rows, channels, 1);
    }

    /** Number of elements of {@code x}. */
    public long count() {
      return rows * channels * inner;
    }

    @Override
    public Class<BiasAdd> kernelType() {
      return BiasAdd.class;
    }

    @Override
    public String describe() {
      return "bias-add/" + rows + "x" + channels + (inner == 1 ? "" : "x" + inner);
    }

    @Override
    public Set<Pass> passes() {
      return EnumSet.of(Pass.FORWARD, Pass.BACKWARD_BIAS);
    }

    @Override
    public double flops(Pass pass) {
      return count();
    }

    @Override
    public double bytes(Pass pass) {
      return (pass == Pass.FORWARD ? 8.0 : 4.0) * count() + 4.0 * channels;
    }
  }
}
