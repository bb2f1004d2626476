package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.DataType;
import dev.quern.kernels.Adam;
import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.GatherBatch;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.MaxPool2d;
import dev.quern.kernels.OpSpec;
import dev.quern.kernels.Pass;
import dev.quern.kernels.SoftmaxCrossEntropy;
import dev.quern.kernels.SoftmaxCrossEntropy.Reduction;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a training step of the MNIST network is cut for more processors than any tester has. */
final class ManyWorkersTest {
  private final List<OpSpec<?>> specs = new ArrayList<>();
  private final List<Pass> passes = new ArrayList<>();

  @ParameterizedTest
  @CsvSource({
    "128, 8, 1, 0.02",
    "128, 16, 1, 0.04",
    "128, 64, 1, 0.08",
    "128, 8, 2, 0.16",
    "128, 16, 2, 0.18",
    "32, 8, 1, 0.12",
    "32, 16, 1, 0.21"
  })
  void noWorkerIsIdleForLong(int batch, int workers, double slowness, double most) {
    trainingStep(batch);
    IdealClock clock = new IdealClock(workers, slowness);
    StringBuilder table = new StringBuilder();
    for (RecordedLoops.Entry loop :
        RecordedLoops.of(specs, passes, VectorSimd.preferred(), workers)) {
      double took = clock.run(loop.units(), loop.nanos());
      table.append("%n%8.2f us: %s".formatted(took / 1e3, loop));
    }
    assertThat(clock.idle()).as("share of %.0f us:%s", clock.now() / 1e3, table).isLessThan(most);
  }

  private void trainingStep(int batch) {
    Conv2d.Spec conv1 = convolution(batch, 1, 28, 32);
    Conv2d.Spec conv2 = convolution(batch, 32, 13, 64);
    MaxPool2d.Spec pool1 = pool(batch, 32, 26);
    MaxPool2d.Spec pool2 = pool(batch, 64, 11);
    add(
        new GatherBatch.Spec(DataType.UINT8, 60_000, 784, 60_000, batch, 1 / 255f, 0),
        Pass.FORWARD);
    add(conv1, Pass.FORWARD);
    add(pool1, Pass.FORWARD);
    add(conv2, Pass.FORWARD);
    add(pool2, Pass.FORWARD);
    add(Gemm.builder(batch, 128, 1600).epilogue(Epilogue.BIAS_RELU).build(), Pass.FORWARD);
    add(Gemm.builder(batch, 10, 128).epilogue(Epilogue.BIAS).build(), Pass.FORWARD);
    add(new SoftmaxCrossEntropy.Spec(batch, 10, Reduction.MEAN), Pass.FORWARD);
    denseBackward(batch, 128, 10);
    denseBackward(batch, 1600, 128);
    add(pool2, Pass.BACKWARD_DATA);
    add(conv2, Pass.BACKWARD_FILTER);
    add(conv2, Pass.BACKWARD_BIAS);
    add(conv2, Pass.BACKWARD_DATA);
    add(pool1, Pass.BACKWARD_DATA);
    add(conv1, Pass.BACKWARD_FILTER);
    add(conv1, Pass.BACKWARD_BIAS);
    add(new Adam.Spec(225_034), Pass.UPDATE);
  }

  private void denseBackward(int batch, int inputs, int outputs) {
    add(Gemm.builder(inputs, outputs, batch).transposed(true, false).build(), Pass.FORWARD);
    add(new BiasAdd.Spec(batch, outputs), Pass.BACKWARD_BIAS);
    add(Gemm.builder(batch, inputs, outputs).transposed(false, true).build(), Pass.FORWARD);
  }

  private void add(OpSpec<?> spec, Pass pass) {
    specs.add(spec);
    passes.add(pass);
  }

  private static Conv2d.Spec convolution(int batch, int channels, int size, int filters) {
    return Conv2d.builder()
        .input(batch, channels, size, size)
        .filters(filters, 3, 3)
        .epilogue(Epilogue.BIAS_RELU)
        .build();
  }

  private static MaxPool2d.Spec pool(int batch, int channels, int size) {
    return MaxPool2d.builder()
        .input(batch, channels, size, size)
        .window(2, 2)
        .reluInput(true)
        .build();
  }
}
