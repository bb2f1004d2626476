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
 * What a layer gets to bind itself to.
 *
 * @param batch rows of a batch
 * @param input shape of an input sample
 * @param precision arithmetic of products
 * @param training whether there is a backward pass; without, layers that only regularise do nothing
 * @param seed a number of the layer's own, drawn from the model's seed
 * @param x input
 * @param y output
 * @param dx receives the gradient by the input; null for the first layer, which need not compute it
 * @param dy gradient by the output; null without a backward pass
 * @param weights the layer's weights in the order of {@link Layer#weights}, in device layout
 * @param gradients receive the gradients by the weights; empty without a backward pass
 * @param step number of updates done so far, one INT32
 * @param followsRelu whether the layer before this one ends in a ReLU
 * @param reluPassedByNext whether the next layer's backward pass already goes through this layer's
 *     ReLU, so that dy is the gradient in front of it
 * @param kernels prepares a kernel; the model closes it
 * @param saved allocates memory of the layer's own
 */
public record LayerContext(
    int batch,
    Shape input,
    Precision precision,
    boolean training,
    long seed,
    DeviceBuffer x,
    DeviceBuffer y,
    @Nullable DeviceBuffer dx,
    @Nullable DeviceBuffer dy,
    List<DeviceBuffer> weights,
    List<DeviceBuffer> gradients,
    DeviceBuffer step,
    boolean followsRelu,
    boolean reluPassedByNext,
    Function<KernelSpec<?>, Kernel> kernels,
    BiFunction<DataType, Long, DeviceBuffer> saved) {

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
      throw new IllegalStateException("a plan without training has no gradients");
    }
    return dy;
  }
}
