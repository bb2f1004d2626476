package dev.quern.train;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.Precision;
import dev.quern.train.layers.AveragePooling2D;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.Dropout;
import dev.quern.train.layers.Flatten;
import dev.quern.train.layers.MaxPooling2D;
import dev.quern.train.layers.UpSampling2D;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A batch in slices gives what it gives as a whole. */
class SlicedPlanTest {
  private static final int BATCH = 50;
  private static final long SLICED = 500_000; // three slices, and two
  private static final Loss LOSS = Loss.SPARSE_CATEGORICAL_CROSSENTROPY;

  /** Every layer that runs in slices, in two stretches; all that gradients go back through. */
  private final Network network =
      Sequential.of(
          new Shape(14, 14, 2),
          Conv2D.of(8, 3, 3).relu(),
          MaxPooling2D.of(2, 2),
          UpSampling2D.of(2, 2),
          Conv2D.of(6, 3, 3).gelu(),
          Dropout.of(0.25),
          Conv2D.of(24, 3, 3).tanh(),
          AveragePooling2D.of(2, 2),
          Conv2D.of(4, 3, 3).relu(),
          Flatten.of(),
          Dense.of(5));

  private record Results(
      float[] output, Map<String, float[]> gradients, long bytes, List<Integer> slices) {}

  private static Results run(Network network, boolean training, long sliceBytes) {
    Plan.Settings settings =
        new Plan.Settings(BATCH, training, Precision.FP32, 3, LOSS, sliceBytes);
    GradientFlow flow = training ? GradientFlow.of(network) : GradientFlow.none(network);
    List<Integer> slices =
        BatchSlices.of(network, flow, settings).stretches().stream()
            .map(stretch -> stretch.slices().size())
            .filter(count -> count > 1)
            .toList();
    try (Device device = Cpu.open();
        Stream stream = device.newStream();
        Parameters parameters = new Parameters(device, network.weightSpecs(), 2)) {
      parameters.initialize(stream, 7, 1e-3f);
      long before = device.memory().liveBytes();
      try (Plan plan = new Plan(network, device, stream, parameters, settings)) {
        long bytes = device.memory().liveBytes() - before;
        stream.write(plan.x(), random((int) plan.x().count()));
        plan.forward();
        float[] output = stream.readFloats(plan.output());
        Map<String, float[]> gradients = new TreeMap<>();
        if (training) {
          stream.write(requireNonNull(plan.outputGradient()), output); // as good as any
          plan.backward();
          for (String name : network.weightSpecs().keySet()) {
            DeviceBuffer gradient = parameters.weight(name).gradient();
            gradients.put(name, gradient == null ? new float[0] : stream.readFloats(gradient));
          }
        }
        return new Results(output, gradients, bytes, slices);
      }
    }
  }

  private static float[] random(int count) {
    SeededRandom random = new SeededRandom(5);
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = random.nextUnit();
    }
    return numbers;
  }

  private static void requireSame(Network network) {
    Results whole = run(network, true, 0);
    Results sliced = run(network, true, SLICED);
    assertThat(whole.slices()).isEmpty();
    assertThat(sliced.slices()).containsExactly(3, 2);
    assertThat(sliced.output()).containsExactly(whole.output());
    assertThat(sliced.bytes()).isLessThan(whole.bytes() * 4 / 5);
    whole
        .gradients()
        .forEach(
            (name, expected) -> {
              float[] actual = requireNonNull(sliced.gradients().get(name));
              assertThat(actual).as(name).hasSameSizeAs(expected);
              double largest = 0;
              for (float value : expected) {
                largest = Math.max(largest, Math.abs(value));
              }
              for (int i = 0; i < expected.length; i++) {
                assertThat((double) actual[i])
                    .as("%s[%d]", name, i)
                    .isCloseTo(expected[i], within(1e-5 * largest));
              }
            });
  }

  @Test
  void trainingGivesTheSameGradients() {
    requireSame(network);
  }

  @Test
  void soItDoesWithFrozenLayers() {
    requireSame(network.frozen("conv2d_1", "conv2d_3"));
  }

  @Test
  void evaluationGivesTheSameBits() {
    Results whole = run(network, false, 0);
    Results sliced = run(network, false, SLICED / 2);
    assertThat(sliced.output()).containsExactly(whole.output());
    assertThat(sliced.bytes()).isLessThan(whole.bytes() * 3 / 4);
  }
}
