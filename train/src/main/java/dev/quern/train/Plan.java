package dev.quern.train;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Kernel;
import dev.quern.core.KernelSpec;
import dev.quern.core.Stream;
import dev.quern.kernels.Add;
import dev.quern.kernels.Precision;
import dev.quern.train.BatchSlices.Stretch;
import dev.quern.train.Network.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A network bound to a batch size: every kernel prepared, every activation and gradient in one
 * arena, the layers in order, some of them slice by slice. Built once; running it allocates
 * nothing.
 */
final class Plan implements AutoCloseable {
  private final Network network;
  private final Settings settings;
  private final Device device;
  private final Stream stream;
  private final Parameters parameters;
  private final GradientFlow flow;
  private final PlanMemory memory;
  private final List<Kernel> kernels = new ArrayList<>();
  private final Map<Use, Kernel> used = new HashMap<>();
  private final List<BoundLayer> forward = new ArrayList<>();
  private final List<Consumer<Stream>> backward = new ArrayList<>();

  /**
   * What all layers of a plan share.
   *
   * @param batch rows of a batch
   * @param training whether there is a backward pass
   * @param precision arithmetic of products
   * @param seed of layers that draw random numbers
   * @param loss what is wrong about an output
   * @param sliceBytes what layers should work on at a time, see {@link Device#sliceBytes}
   */
  record Settings(
      int batch, boolean training, Precision precision, long seed, Loss loss, long sliceBytes) {}

  /** A problem of an entry: its slices share the kernel. */
  private record Use(int entry, KernelSpec<?> spec) {}

  Plan(Network whole, Device device, Stream stream, Parameters parameters, Settings settings) {
    network = whole.without(settings.loss().ending()).fused();
    this.settings = settings;
    this.device = device;
    this.stream = stream;
    this.parameters = parameters;
    flow = settings.training() ? GradientFlow.of(network) : GradientFlow.none(network);
    BatchSlices slices = BatchSlices.of(network, flow, settings);
    int targets = settings.loss().targetElements(network.output().elements());
    memory = new PlanMemory(network, flow, slices, device, settings.batch(), targets);
    try {
      slices.stretches().forEach(this::bind);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Binds the layers of a stretch. Gradients go through the last slice first, which the forward
   * pass left in the caches; it begins the gradients by weights, and the others are added.
   */
  private void bind(Stretch stretch) {
    Slice last = stretch.slices().getLast();
    for (Slice slice : stretch.slices()) {
      List<Consumer<Stream>> back = new ArrayList<>();
      for (int i = stretch.first(); i < stretch.end(); i++) {
        Operation operation = network.entries().get(i).operation();
        BoundLayer layer = operation.bind(context(i, slice, slice == last));
        forward.add(layer);
        back.addAll(0, goBack(i, slice, slice == last, layer));
      }
      if (stretch.slices().size() > 1) {
        back.add(Stream::join); // the next slice writes over what is read beside
      }
      backward.addAll(0, back);
    }
  }

  private LayerContext context(int i, Slice slice, boolean begins) {
    Entry entry = network.entries().get(i);
    List<DeviceBuffer> weights = new ArrayList<>();
    List<DeviceBuffer> byWeights = new ArrayList<>();
    for (WeightSpec weight : entry.weights()) {
      Parameters.Weight stored = weight(entry, weight);
      weights.add(stored.value());
      if (settings.training() && stored.gradient() != null) {
        byWeights.add(begins ? stored.gradient() : part(entry, weight));
      }
    }
    List<@Nullable DeviceBuffer> byInputs = new ArrayList<>();
    for (int j = 0; j < entry.inputs().size(); j++) {
      byInputs.add(memory.gradient(flow.written(i, j), entry.shapes().get(j).elements(), slice));
    }
    int copy = flow.copy(i);
    int slot = copy == GradientFlow.NONE ? flow.slot(i + 1) : copy;
    return new LayerContext(
        slice.rows(),
        entry.shapes(),
        settings.precision(),
        settings.training(),
        SeededRandom.key(settings.seed(), Model.PURPOSE_LAYERS, i),
        entry.inputs().stream().map(value -> memory.value(value, slice)).toList(),
        memory.value(i + 1, slice),
        byInputs,
        memory.gradient(slot, entry.output().elements(), slice),
        weights,
        byWeights,
        memory.labels(slice),
        parameters.step(),
        passesRelu(entry.inputs().get(0) - 1, i),
        passesRelu(i, network.onlyTaker(i + 1)),
        spec -> used.computeIfAbsent(new Use(i, spec), use -> prepare(use.spec())),
        (type, count) -> memory.save("saved by " + entry.name(), type, count));
  }

  private Parameters.Weight weight(Entry entry, WeightSpec weight) {
    return parameters.weight(entry.name() + "/" + weight.name());
  }

  /** What a slice adds to the gradient by a weight. */
  private DeviceBuffer part(Entry entry, WeightSpec weight) {
    return memory.part(entry.name() + "/" + weight.name(), weight.count());
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

  /** What entry {@code i} does in the backward pass of a slice. */
  private List<Consumer<Stream>> goBack(int i, Slice slice, boolean begins, BoundLayer layer) {
    List<Consumer<Stream>> work = new ArrayList<>();
    int slot = flow.slot(i + 1);
    if (slot == GradientFlow.NONE) {
      return work;
    }
    Entry entry = network.entries().get(i);
    if (flow.copy(i) != GradientFlow.NONE) {
      DeviceBuffer gradient = gradient(slot, entry.output().elements(), slice);
      DeviceBuffer copy = gradient(flow.copy(i), entry.output().elements(), slice);
      work.add(on -> on.copy(gradient, copy));
    }
    if (!entry.operation().passesGradient()) {
      work.add(layer::backward);
    }
    if (!begins) {
      work.addAll(addParts(entry));
    }
    for (GradientFlow.Sum sum : flow.sums(i)) {
      Add addition = prepare(new Add.Spec((long) slice.rows() * sum.elements()));
      DeviceBuffer a = gradient(sum.a(), sum.elements(), slice);
      DeviceBuffer b = gradient(sum.b(), sum.elements(), slice);
      DeviceBuffer into = gradient(sum.into(), sum.elements(), slice);
      work.add(on -> addition.forward(on, a, b, into));
    }
    return work;
  }

  /** Adds what a slice gave to the gradients by an entry's weights, beside, as they were made. */
  private List<Consumer<Stream>> addParts(Entry entry) {
    List<Consumer<Stream>> work = new ArrayList<>();
    for (WeightSpec weight : entry.weights()) {
      DeviceBuffer gradient = weight(entry, weight).gradient();
      if (gradient != null) {
        Add addition = prepare(new Add.Spec(weight.count()));
        DeviceBuffer part = part(entry, weight);
        Consumer<Stream> add = on -> addition.forward(on, gradient, part, gradient);
        work.add(on -> on.beside(add));
      }
    }
    return work;
  }

  private DeviceBuffer gradient(int slot, int elements, Slice slice) {
    return Objects.requireNonNull(memory.gradient(slot, elements, slice));
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
    return memory.value(0);
  }

  /** The batch's right classes, or whether its rows count. */
  DeviceBuffer labels() {
    return memory.labels();
  }

  /** The numbers that the batch is to come near to; only of a loss that takes numbers. */
  DeviceBuffer targets() {
    DeviceBuffer targets = memory.targets();
    if (targets == null) {
      throw new IllegalStateException(settings.loss() + " takes labels and no numbers");
    }
    return targets;
  }

  /** The last layer's output. */
  DeviceBuffer output() {
    return memory.value(network.entries().size());
  }

  /** The gradient by the last layer's output; null if nobody needs it. */
  @Nullable DeviceBuffer outputGradient() {
    Slice all = new Slice(0, settings.batch());
    int last = network.entries().size();
    return memory.gradient(flow.slot(last), network.output().elements(), all);
  }

  /** Enqueues all layers in order. */
  void forward() {
    for (int i = 0; i < forward.size(); i++) {
      forward.get(i).forward(stream);
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
    memory.close();
  }
}
