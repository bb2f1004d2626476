package dev.quern.train;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Kernel;
import dev.quern.core.KernelSpec;
import dev.quern.core.Stream;
import dev.quern.kernels.Precision;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A network bound to a batch size: every kernel prepared, every activation and gradient in one
 * arena, the layers in order. Built once; running it allocates nothing.
 */
final class Plan implements AutoCloseable {
  private final Device device;
  private final Stream stream;
  private final Arena arena;
  private final List<Kernel> kernels = new ArrayList<>();
  private final BoundLayer[] layers;
  private final DeviceBuffer x;
  private final DeviceBuffer labels;
  private final DeviceBuffer output;
  private final @Nullable DeviceBuffer outputGradient;

  /**
   * What all layers of a plan share.
   *
   * @param batch rows of a batch
   * @param training whether there is a backward pass
   * @param precision arithmetic of products
   * @param seed of layers that draw random numbers
   */
  record Settings(int batch, boolean training, Precision precision, long seed) {}

  Plan(Sequential network, Device device, Stream stream, Parameters weights, Settings settings) {
    this.device = device;
    this.stream = stream;
    arena = device.newArena("activations", bytes(network, settings));
    try {
      int batch = settings.batch();
      x = activation("x", batch, network.input());
      labels = arena.allocate("labels", DataType.INT32, batch);
      layers = new BoundLayer[network.entries().size()];
      DeviceBuffer input = x;
      DeviceBuffer inputGradient = null;
      for (int i = 0; i < layers.length; i++) {
        Sequential.Entry entry = network.entries().get(i);
        boolean same = entry.layer().reshapesOnly();
        DeviceBuffer y = same ? input : activation(entry.name(), batch, entry.output());
        DeviceBuffer dy = null;
        if (settings.training()) {
          dy =
              same && inputGradient != null
                  ? inputGradient
                  : activation("gradient of " + entry.name(), batch, entry.output());
        }
        layers[i] =
            entry.layer().bind(context(network, i, weights, settings, input, y, inputGradient, dy));
        input = y;
        inputGradient = dy;
      }
      output = input;
      outputGradient = inputGradient;
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private LayerContext context(
      Sequential network,
      int i,
      Parameters parameters,
      Settings settings,
      DeviceBuffer x,
      DeviceBuffer y,
      @Nullable DeviceBuffer dx,
      @Nullable DeviceBuffer dy) {
    List<Sequential.Entry> entries = network.entries();
    Sequential.Entry entry = entries.get(i);
    List<DeviceBuffer> weights = new ArrayList<>();
    List<DeviceBuffer> gradients = new ArrayList<>();
    for (WeightSpec weight : entry.layer().weights(entry.input())) {
      Parameters.Weight stored = parameters.weight(entry.name() + "/" + weight.name());
      weights.add(stored.value());
      gradients.add(stored.gradient());
    }
    boolean followsRelu = i > 0 && passesReluOf(entries.get(i - 1), entry);
    boolean reluPassed = i + 1 < entries.size() && passesReluOf(entry, entries.get(i + 1));
    return new LayerContext(
        settings.batch(),
        entry.input(),
        settings.precision(),
        settings.training(),
        SeededRandom.key(settings.seed(), Model.PURPOSE_LAYERS, i),
        x,
        y,
        dx,
        dy,
        weights,
        settings.training() ? gradients : List.of(),
        parameters.step(),
        followsRelu,
        reluPassed,
        this::prepare,
        (type, count) -> arena.allocate("saved by " + entry.name(), type, count));
  }

  /** Whether {@code next} goes back through the ReLU that {@code layer} ends in. */
  private static boolean passesReluOf(Sequential.Entry layer, Sequential.Entry next) {
    return layer.layer().endsInRelu() && next.layer().passesReluOfInput();
  }

  private static long bytes(Sequential network, Settings settings) {
    int batch = settings.batch();
    long bytes = footprint(batch, network.input()) + Arena.footprint(DataType.INT32, batch);
    for (Sequential.Entry entry : network.entries()) {
      bytes += (settings.training() ? 2 : 1) * footprint(batch, entry.output());
      bytes += Arena.footprint(DataType.INT32, entry.layer().savedElements(entry.input(), batch));
    }
    return bytes;
  }

  private static long footprint(int batch, Shape shape) {
    return Arena.footprint(DataType.FLOAT32, (long) batch * shape.elements());
  }

  private DeviceBuffer activation(String label, int batch, Shape shape) {
    return arena.allocate(label, DataType.FLOAT32, (long) batch * shape.elements());
  }

  /** Prepares a kernel that is closed with the plan. */
  Kernel prepare(KernelSpec<?> spec) {
    Kernel kernel = device.prepare(spec);
    kernels.add(kernel);
    stream.reserveWorkspace(kernel.workspaceBytes());
    return kernel;
  }

  /** The batch, as scaled pixels. */
  DeviceBuffer x() {
    return x;
  }

  /** The batch's right classes. */
  DeviceBuffer labels() {
    return labels;
  }

  /** The last layer's output. */
  DeviceBuffer output() {
    return output;
  }

  /** The gradient by the last layer's output, where there is a backward pass. */
  @Nullable DeviceBuffer outputGradient() {
    return outputGradient;
  }

  /** Enqueues all layers in order. */
  void forward() {
    for (int i = 0; i < layers.length; i++) {
      layers[i].forward(stream);
    }
  }

  /** Enqueues all layers' gradients in reverse order. */
  void backward() {
    for (int i = layers.length - 1; i >= 0; i--) {
      layers[i].backward(stream);
    }
  }

  @Override
  public void close() {
    kernels.reversed().forEach(Kernel::close);
    arena.close();
  }
}
