package dev.quern.train;

import dev.quern.core.DataType;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Kernel;
import dev.quern.core.KernelSpec;
import dev.quern.kernels.Precision;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a layer gets to bind itself to. A {@link Merge} numbers its inputs; a {@link Layer} has one.
 *
 * @param batch rows of a batch
 * @param inputs shapes of the inputs, of one sample
 * @param precision arithmetic of products
 * @param training whether the plan trains; without, layers that only regularise do nothing
 * @param seed a number of the layer's own, drawn from the model's seed
 * @param xs inputs
 * @param y output
 * @param dxs receive the gradients by the inputs; null where nobody needs one
 * @param dy gradient by the output; null where there is no backward pass: in evaluation, and in
 *     front of everything that is trained
 * @param weights the layer's weights in the order of {@link Operation#weights}, in device layout
 * @param gradients receive the gradients by those weights that are trained, in the same order;
 *     empty for a frozen layer
 * @param labels right classes of the batch's rows, INT32; {@link
 *     dev.quern.kernels.GatherBatch#IGNORED} for those that fill up a last batch and do not count
 * @param step number of updates done so far, one INT32
 * @param followsRelu whether the layer before this one ends in a ReLU that this one's backward pass
 *     is to go through
 * @param reluPassedByNext whether the next layer's backward pass already goes through this layer's
 *     ReLU, so that dy is the gradient in front of it
 * @param kernels prepares a kernel; the model closes it
 * @param saved allocates memory of the layer's own
 */
public record LayerContext(
    int batch,
    List<Shape> inputs,
    Precision precision,
    boolean training,
    long seed,
    List<DeviceBuffer> xs,
    DeviceBuffer y,
    List<@Nullable DeviceBuffer> dxs,
    @Nullable DeviceBuffer dy,
    List<DeviceBuffer> weights,
    List<DeviceBuffer> gradients,
    DeviceBuffer labels,
    DeviceBuffer step,
    boolean followsRelu,
    boolean reluPassedByNext,
    Function<KernelSpec<?>, Kernel> kernels,
    BiFunction<DataType, Long, DeviceBuffer> saved) {

  /** Shape of the input, of one sample. */
  public Shape input() {
    return inputs.get(0);
  }

  /** The input. */
  public DeviceBuffer x() {
    return xs.get(0);
  }

  /** Input number {@code i}. */
  public DeviceBuffer x(int i) {
    return xs.get(i);
  }

  /** Receives the gradient by the input; null where nobody needs it. */
  public @Nullable DeviceBuffer dx() {
    return dxs.get(0);
  }

  /** Receives the gradient by input number {@code i}; null where nobody needs it. */
  public @Nullable DeviceBuffer dx(int i) {
    return dxs.get(i);
  }

  /** Whether gradients by the layer's weights are wanted; not in evaluation and if it is frozen. */
  public boolean trainsWeights() {
    return !gradients.isEmpty();
  }

  /** Prepares a kernel for the life of the plan. */
  public <K extends Kernel> K prepare(KernelSpec<K> spec) {
    return spec.kernelType().cast(kernels.apply(spec));
  }

  /** Memory that the layer keeps from the forward to the backward pass. */
  public DeviceBuffer save(DataType type, long count) {
    return saved.apply(type, count);
  }

  /** The gradient by the output, in layers' backward passes. */
  public DeviceBuffer outputGradient() {
    if (dy == null) {
      throw new IllegalStateException("a layer without a backward pass has no gradients");
    }
    return dy;
  }
}
