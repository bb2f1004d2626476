package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.Device;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import dev.quern.kernels.Precision;
import dev.quern.train.data.DataSet;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.Flatten;
import dev.quern.train.layers.MaxPooling2D;
import dev.quern.train.optimizers.Optimizer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Layers whose weights stay as they are, and what is not done for them. */
class FreezingTest {
  private final Network network =
      Sequential.of(
          new Shape(8, 8, 1),
          Conv2D.of(4, 3, 3).relu(),
          MaxPooling2D.of(2, 2),
          Conv2D.of(4, 2, 2).relu(),
          Flatten.of(),
          Dense.of(16).relu(),
          Dense.of(4));
  private final DataSet rows = Rows.random(network, 40, 5);

  private static Model compile(Network network, Device device, Optimizer optimizer) {
    return network.compile(device, optimizer, Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1);
  }

  private void requireFrozen(String... layers) {
    List<String> frozen = List.of(layers);
    try (Device device = Cpu.open();
        Model start = compile(network, device, Optimizer.adam());
        Model model = compile(network.frozen(layers), device, Optimizer.adam())) {
      model.fit(rows, Fit.epochs(2).batch(16));
      for (String name : model.weightNames()) {
        boolean same = frozen.contains(name.substring(0, name.indexOf('/')));
        if (same) {
          assertThat(model.weight(name)).as(name).isEqualTo(start.weight(name));
        } else {
          assertThat(model.weight(name)).as(name).isNotEqualTo(start.weight(name));
        }
      }
    }
  }

  @Test
  void frozenWeightsStayAndOthersMove() {
    requireFrozen("conv2d", "conv2d_1");
    requireFrozen("dense", "conv2d_1");
    requireFrozen("dense_1");
    requireFrozen("conv2d");
  }

  /** Frozen or not, the others' gradients are the same, to the bit. */
  @Test
  void theOthersGradientsAreTheSame() {
    try (Device device = Cpu.open();
        Model whole = compile(network, device, Optimizer.sgd(0));
        Model part = compile(network.frozen("conv2d_1", "dense_1"), device, Optimizer.sgd(0))) {
      whole.fit(rows, Fit.epochs(1).batch(40));
      part.fit(rows, Fit.epochs(1).batch(40));
      for (String name : List.of("conv2d/kernel", "conv2d/bias", "dense/kernel", "dense/bias")) {
        assertThat(part.gradient(name)).as(name).isEqualTo(whole.gradient(name));
      }
      assertThatThrownBy(() -> part.gradient("conv2d_1/kernel"))
          .isInstanceOf(SpecException.class)
          .hasMessageContaining("weight 'conv2d_1/kernel' is not trained");
    }
  }

  @Test
  void frozenLayersTakeNoMemoryForGradientsAndMoments() {
    try (Device device = Cpu.open()) {
      long whole = bytesOfAPlan(device, network);
      long part = bytesOfAPlan(device, network.frozen("conv2d", "conv2d_1"));
      assertThat(device.memory().liveBytes()).isZero();
      long gradients = 64L * Float.BYTES * (6 * 6 * 4 + 3 * 3 * 4 + 2 * 2 * 4);
      assertThat(whole - part).isGreaterThanOrEqualTo(gradients);
    }
  }

  private static long bytesOfAPlan(Device device, Network network) {
    Plan.Settings settings =
        new Plan.Settings(64, true, Precision.FP32, 1, Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 0);
    try (Stream stream = device.newStream();
        Parameters parameters = new Parameters(device, network.weightSpecs(), 2)) {
      long before = device.memory().liveBytes();
      try (Plan plan = new Plan(network, device, stream, parameters, settings)) {
        assertThat(plan.outputGradient()).isNotNull();
        return device.memory().liveBytes() - before;
      }
    }
  }

  /** A layer from outside: copies its input, and counts the runs of both passes. */
  private record Counting(AtomicInteger forward, AtomicInteger backward) implements Layer {
    Counting() {
      this(new AtomicInteger(), new AtomicInteger());
    }

    @Override
    public String kind() {
      return "counting";
    }

    @Override
    public Shape output(Shape input) {
      return input;
    }

    @Override
    public BoundLayer bind(LayerContext context) {
      return new BoundLayer() {
        @Override
        public void forward(Stream stream) {
          forward.incrementAndGet();
          stream.copy(context.x(), context.y());
        }

        @Override
        public void backward(Stream stream) {
          backward.incrementAndGet();
          stream.copy(context.outputGradient(), Objects.requireNonNull(context.dx()));
        }
      };
    }
  }

  @Test
  void theBackwardPassEndsAtTheFirstTrainedLayer() {
    Counting early = new Counting();
    Counting late = new Counting();
    Network counted =
        Sequential.of(
            new Shape(8, 8, 1),
            Conv2D.of(2, 3, 3).relu(),
            early,
            Conv2D.of(2, 3, 3),
            Flatten.of(),
            Dense.of(5).relu(),
            late,
            Dense.of(4));
    try (Device device = Cpu.open();
        Model model = compile(counted.frozen("conv2d", "conv2d_1"), device, Optimizer.adam())) {
      model.fit(rows, Fit.epochs(1).batch(8));
    }
    assertThat(early.forward()).as("five steps and a recording").hasValue(6);
    assertThat(early.backward()).hasValue(0);
    assertThat(late.backward()).hasValue(6);
  }

  @Test
  void withNothingToTrainThereIsNoFit() {
    Network all = network.frozen(name -> true);
    try (Device device = Cpu.open();
        Model model = compile(all, device, Optimizer.adam())) {
      assertThat(model.evaluate(rows, 16).loss()).isPositive();
      assertThatThrownBy(() -> model.fit(rows, Fit.epochs(1)))
          .isInstanceOf(SpecException.class)
          .hasMessageContaining("there is nothing to train");
    }
  }
}
