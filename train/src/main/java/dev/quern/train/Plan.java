package dev.quern.train;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Kernel;
import dev.quern.core.KernelSpec;
import dev.quern.core.Stream;
import dev.quern.kernels.Add;
import dev.quern.kernels.Precision;
import dev.quern.train.Network.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A network bound to a batch size: every kernel prepared, every activation and gradient in one
 * arena, the layers in order. Built once; running it allocates nothing.
 */
final class Plan implements AutoCloseable {
  private final Network network;
  private final Settings settings;
  private final Device device;
  private final Stream stream;
  private final Parameters parameters;
  private final GradientFlow flow;
  private final Arena arena;
  private final List<Kernel> kernels = new ArrayList<>();
  private final DeviceBuffer[] values;
  private final DeviceBuffer[] gradients;
  private final DeviceBuffer labels;
  private final @Nullable DeviceBuffer targets;
  private final BoundLayer[] layers;
  private final List<Consumer<Stream>> backward = new ArrayList<>();

  /**
   * What all layers of a plan share.
   *
   * @param batch rows of a batch
   * @param training whether there is a backward pass
   * @param precision arithmetic of products
   * @param seed of layers that draw random numbers
   * @param loss what is wrong about an output
   */
  record Settings(int batch, boolean training, Precision precision, long seed, Loss loss) {}

  Plan(Network whole, Device device, Stream stream, Parameters parameters, Settings settings) {
    network = whole.without(settings.loss().ending()).fused();
    this.settings = settings;
    this.device = device;
    this.stream = stream;
    this.parameters = parameters;
    flow = settings.training() ? GradientFlow.of(network) : GradientFlow.none(network);
    arena = device.newArena("activations", bytes());
    try {
      int entries = network.entries().size();
      labels = arena.allocate("labels", DataType.INT32, settings.batch());
      int numbers = settings.loss().targetElements(network.output().elements());
      targets = numbers == 0 ? null : floats("targets", numbers);
      values = new DeviceBuffer[entries + 1];
      values[0] = floats("x", network.input().elements());
      gradients = new DeviceBuffer[flow.slots().size()];
      for (int i = 0; i < gradients.length; i++) {
        gradients[i] = floats("gradient " + i, flow.slots().get(i));
      }
      layers = new BoundLayer[entries];
      for (int i = 0; i < entries; i++) {
        Entry entry = network.entries().get(i);
        values[i + 1] =
            entry.operation().reshapesOnly()
                ? values[entry.inputs().get(0)]
                : floats(entry.name(), entry.output().elements());
        layers[i] = entry.operation().bind(context(i));
      }
      for (int i = entries - 1; i >= 0; i--) {
        goBack(i);
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private long bytes() {
    long bytes = Arena.footprint(DataType.INT32, settings.batch());
    bytes += footprint(network.input().elements());
    bytes += footprint(settings.loss().targetElements(network.output().elements()));
    for (Entry entry : network.entries()) {
      bytes += footprint(entry.output().elements());
      long saved = entry.operation().savedElements(entry.shapes(), settings.batch());
      bytes += Arena.footprint(DataType.INT32, saved);
    }
    for (int elements : flow.slots()) {
      bytes += footprint(elements);
    }
    return bytes;
  }

  private long footprint(int elements) {
    return Arena.footprint(DataType.FLOAT32, (long) settings.batch() * elements);
  }

  private DeviceBuffer floats(String label, int elements) {
    return arena.allocate(label, DataType.FLOAT32, (long) settings.batch() * elements);
  }

  private @Nullable DeviceBuffer gradient(int slot) {
    return slot == GradientFlow.NONE ? null : gradients[slot];
  }

  private LayerContext context(int i) {
    Entry entry = network.entries().get(i);
    List<DeviceBuffer> weights = new ArrayList<>();
    List<DeviceBuffer> byWeights = new ArrayList<>();
    for (WeightSpec weight : entry.weights()) {
      Parameters.Weight stored = parameters.weight(entry.name() + "/" + weight.name());
      weights.add(stored.value());
      if (settings.training() && stored.gradient() != null) {
        byWeights.add(stored.gradient());
      }
    }
    List<@Nullable DeviceBuffer> byInputs = new ArrayList<>();
    for (int j = 0; j < entry.inputs().size(); j++) {
      byInputs.add(gradient(flow.written(i, j)));
    }
    int copy = flow.copy(i);
    return new LayerContext(
        settings.batch(),
        entry.shapes(),
        settings.precision(),
        settings.training(),
        SeededRandom.key(settings.seed(), Model.PURPOSE_LAYERS, i),
        entry.inputs().stream().map(value -> values[value]).toList(),
        values[i + 1],
        byInputs,
        gradient(copy == GradientFlow.NONE ? flow.slot(i + 1) : copy),
        weights,
        byWeights,
        labels,
        parameters.step(),
        passesRelu(entry.inputs().get(0) - 1, i),
        passesRelu(i, network.onlyTaker(i + 1)),
        this::prepare,
        (type, count) -> arena.allocate("saved by " + entry.name(), type, count));
  }

  /** Whether the entry behind goes back through the ReLU that entry {@code i} ends in. */
  private boolean passesRelu(int i, int next) {
    List<Entry> entries = network.entries();
    return i >= 0
        && next == network.onlyTaker(i + 1)
        && next != Network.NONE
        && entries.get(i).operation().endsInRelu()
        && entries.get(next).operation().passesReluOfInput();
  }

  /** Adds what entry {@code i} does in the backward pass. */
  private void goBack(int i) {
    int slot = flow.slot(i + 1);
    if (slot == GradientFlow.NONE) {
      return;
    }
    if (flow.copy(i) != GradientFlow.NONE) {
      DeviceBuffer copy = gradients[flow.copy(i)];
      backward.add(on -> on.copy(gradients[slot], copy));
    }
    if (!network.entries().get(i).operation().passesGradient()) {
      backward.add(layers[i]::backward);
    }
    for (GradientFlow.Sum sum : flow.sums(i)) {
      long count = (long) settings.batch() * sum.elements();
      Add addition = prepare(new Add.Spec(count));
      DeviceBuffer a = gradients[sum.a()];
      DeviceBuffer b = gradients[sum.b()];
      DeviceBuffer into = gradients[sum.into()];
      backward.add(on -> addition.forward(on, a, b, into));
    }
  }

  /** Prepares a kernel that is closed with the plan. */
  <K extends Kernel> K prepare(KernelSpec<K> spec) {
    K kernel = device.prepare(spec);
    kernels.add(kernel);
    stream.reserveWorkspace(kernel.workspaceBytes());
    return kernel;
  }

  /** Prepares the loss of the batch. */
  BoundLoss prepareLoss() {
    return settings.loss().prepare(this, settings.batch(), network.output().elements());
  }

  Settings settings() {
    return settings;
  }

  /** The batch, as the network takes it. */
  DeviceBuffer x() {
    return values[0];
  }

  /** The batch's right classes, or whether its rows count. */
  DeviceBuffer labels() {
    return labels;
  }

  /** The numbers that the batch is to come near to; only of a loss that takes numbers. */
  DeviceBuffer targets() {
    if (targets == null) {
      throw new IllegalStateException(settings.loss() + " takes labels and no numbers");
    }
    return targets;
  }

  /** The last layer's output. */
  DeviceBuffer output() {
    return values[layers.length];
  }

  /** The gradient by the last layer's output; null if nobody needs it. */
  @Nullable DeviceBuffer outputGradient() {
    return gradient(flow.slot(layers.length));
  }

  /** Enqueues all layers in order. */
  void forward() {
    for (int i = 0; i < layers.length; i++) {
      layers[i].forward(stream);
    }
  }

  /** Enqueues all layers' gradients in reverse order. */
  void backward() {
    for (int i = 0; i < backward.size(); i++) {
      backward.get(i).accept(stream);
    }
  }

  @Override
  public void close() {
    kernels.reversed().forEach(Kernel::close);
    arena.close();
  }
}
