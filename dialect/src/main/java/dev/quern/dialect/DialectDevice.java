package dev.quern.dialect;

import dev.quern.core.Device;
import dev.quern.core.DeviceInfo;
import dev.quern.core.Kernel;
import dev.quern.core.KernelSpec;
import dev.quern.core.Stream;
import dev.quern.core.Tunable;
import dev.quern.core.UnsupportedSpecException;
import dev.quern.kernels.Activation;
import dev.quern.kernels.Adam;
import dev.quern.kernels.Add;
import dev.quern.kernels.Augment;
import dev.quern.kernels.AveragePool2d;
import dev.quern.kernels.BatchNorm;
import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.ClipNorm;
import dev.quern.kernels.ClipValue;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.DenseLoss;
import dev.quern.kernels.Dropout;
import dev.quern.kernels.GatherBatch;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.MaxPool2d;
import dev.quern.kernels.OpSpec;
import dev.quern.kernels.Relu;
import dev.quern.kernels.RmsProp;
import dev.quern.kernels.Sgd;
import dev.quern.kernels.Softmax;
import dev.quern.kernels.SoftmaxCrossEntropy;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A device whose kernels are compiled from the dialect when they are needed. What a backend says
 * here is all that the ops of this package ask of it.
 */
public abstract class DialectDevice extends Device implements Tunable {
  private @Nullable Tuning tuning;

  /** A device that has been opened. */
  protected DialectDevice(DeviceInfo info) {
    super(info);
  }

  /** What kernels are fitted to; the same at every call. */
  public abstract Traits traits();

  /**
   * A program, compiled unless it has been before. Called by any thread.
   *
   * @param what the spec that needs it, for messages
   * @param files names for {@link KernelSource#of}
   * @param defines all macros, {@code NAME=value}, in an order that is the same for the same
   *     program
   * @throws dev.quern.core.DeviceException with the compiler's first error
   */
  protected abstract Program program(String what, List<String> files, String... defines);

  /**
   * A launch of a function of one of this device's programs; see {@link Launch} for the order of
   * arguments.
   *
   * @param what the spec that needs it, for messages
   * @param range its work-items
   * @param buffers number of buffer parameters, which are set later
   * @param numbers the other arguments in order: Integer, Float or Long
   * @throws IllegalArgumentException if a number is none of these
   * @throws dev.quern.core.DeviceException if the driver refuses
   */
  protected abstract Launch launch(
      String what, Program program, String function, Range range, int buffers, Number... numbers);

  /**
   * Device memory that holds these numbers, entered into the device's books.
   *
   * @throws dev.quern.core.OutOfDeviceMemoryException if there is too little
   */
  protected abstract Constants constants(String label, int[] values);

  /**
   * The native handle of a stream's scratch memory, for {@link Launch#memory}: a cl_mem or a
   * CUdeviceptr. Anything if none has been reserved; kernels know how much they asked for.
   */
  protected abstract long workspace(Stream stream);

  /** What has been measured on devices of this make; read once, when the first product asks. */
  protected final synchronized Tuning tuning() {
    if (tuning == null) {
      tuning = Tuning.of(info().backend(), traits());
    }
    return tuning;
  }

  @Override
  protected final Kernel createKernel(KernelSpec<?> spec) {
    if (!(spec instanceof OpSpec<?> op)) {
      throw new UnsupportedSpecException(id(), spec, "it is not an op of this library");
    }
    Parts parts = new Parts(this, spec.describe());
    try {
      return create(parts, op);
    } catch (RuntimeException | Error e) {
      parts.close();
      throw e;
    }
  }

  private Kernel create(Parts parts, OpSpec<?> op) {
    return switch (op) {
      case Gemm.Spec s -> gemm(parts, s);
      case Conv2d.Spec s -> conv2d(parts, s);
      case MaxPool2d.Spec s -> new DialectMaxPool2d(parts, s);
      case AveragePool2d.Spec s -> new DialectAveragePool2d(parts, s);
      case SoftmaxCrossEntropy.Spec s -> new DialectSoftmaxCrossEntropy(parts, s);
      case DenseLoss.Spec s -> new DialectDenseLoss(parts, s);
      case Softmax.Spec s -> new DialectSoftmax(parts, s);
      case Relu.Spec s -> new DialectRelu(parts, s);
      case Activation.Spec s -> new DialectActivation(parts, s);
      case BiasAdd.Spec s -> new DialectBiasAdd(parts, s);
      case Add.Spec s -> new DialectAdd(parts, s);
      case BatchNorm.Spec s -> new DialectBatchNorm(parts, s);
      case Dropout.Spec s -> new DialectDropout(parts, s);
      case Augment.Spec s -> new DialectAugment(parts, s);
      case Adam.Spec s -> new DialectAdam(parts, s);
      case Sgd.Spec s -> new DialectSgd(parts, s);
      case RmsProp.Spec s -> new DialectRmsProp(parts, s);
      case ClipNorm.Spec s -> new DialectClipNorm(parts, s);
      case ClipValue.Spec s -> new DialectClipValue(parts, s);
      case GatherBatch.Spec s -> new DialectGatherBatch(parts, s);
    };
  }

  /** A matrix product: the dialect's, unless the backend knows better. It closes its parts. */
  protected Gemm gemm(Parts parts, Gemm.Spec spec) {
    return new DialectGemm(parts, spec);
  }

  /** A convolution: the dialect's, unless the backend knows better. It closes its parts. */
  protected Conv2d conv2d(Parts parts, Conv2d.Spec spec) {
    return new DialectConv2d(parts, spec);
  }

  @Override
  public final Path tune(Consumer<String> progress) {
    return Tuning.write(info().backend(), traits(), new Tuner(this).run(progress));
  }
}
