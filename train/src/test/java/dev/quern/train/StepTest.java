package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.quern.core.Device;
import dev.quern.core.Stream;
import dev.quern.kernels.Precision;
import dev.quern.train.data.DataSet;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.Dropout;
import dev.quern.train.layers.Flatten;
import dev.quern.train.layers.MaxPooling2D;
import dev.quern.train.optimizers.Optimizer;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A steady training step costs no Java memory, reading the totals included. */
class StepTest {
  private static final int STEPS = 100;

  /** Batches of steps in a row without a byte that count as never. */
  private static final int CLEAN = 5;

  /** How long the compiler may take: the Vector API allocates until its callers are compiled. */
  private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final Loss LOSS = Loss.SPARSE_CATEGORICAL_CROSSENTROPY;

  private final Network network =
      Sequential.of(
          new Shape(12, 12, 1),
          Conv2D.of(8, 3, 3).relu(),
          MaxPooling2D.of(2, 2),
          Dropout.of(0.25),
          Flatten.of(),
          Dense.of(16).relu(),
          Dense.of(4));
  private final DataSet rows = Rows.random(network, 64, 1);

  /** As a whole, and in slices of 16 rows through convolution and pooling. */
  @ParameterizedTest
  @ValueSource(longs = {0, 16 * 8000})
  void allocatesNothing(long sliceBytes) {
    Plan.Settings settings = new Plan.Settings(32, true, Precision.FP32, 1, LOSS, sliceBytes);
    try (Device device = Cpu.open();
        Stream stream = device.newStream();
        Parameters parameters = new Parameters(device, network.weightSpecs(), 2);
        Totals totals = new Totals(device, stream, Loss.SPARSE_CATEGORICAL_CROSSENTROPY);
        DeviceData data = new DeviceData(device, stream, rows, LOSS, 4);
        Plan plan = new Plan(network, device, stream, parameters, settings)) {
      Optimizer.Update update = Optimizer.adam().prepare(device, parameters.trained());
      update.kernels().forEach(kernel -> stream.reserveWorkspace(kernel.workspaceBytes()));
      parameters.initialize(stream, 1, 1e-3f);
      totals.reset();
      try (TrainingStep step = new TrainingStep(device, stream, plan, data, totals, update)) {
        requireNoBytes(step, data, totals, stream);
      }
    }
  }

  private static void requireNoBytes(
      TrainingStep step, DeviceData data, Totals totals, Stream stream) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long deadline = System.nanoTime() + WARM_UP_NANOS;
    int clean = 0;
    long bytes = 0;
    while (clean < CLEAN && System.nanoTime() < deadline) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < STEPS; i++) {
        if (i % 2 == 0) {
          data.rewind(stream);
        }
        step.run(1);
        if (i % 10 == 9) {
          totals.collect();
        }
      }
      bytes = threads.getCurrentThreadAllocatedBytes() - before;
      clean = bytes == 0 ? clean + 1 : 0;
    }
    assertThat(clean)
        .as("batches of %d steps without a byte; the last one allocated %d", STEPS, bytes)
        .isEqualTo(CLEAN);
    assertThat(totals.meanLoss(1)).isPositive();
  }
}
