package dev.quern.bench.meter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.DataType;
import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.HostBuffer;
import dev.quern.core.Kernel;
import dev.quern.core.Stream;
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
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.GatherBatch;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.MaxPool2d;
import dev.quern.kernels.OpSpec;
import dev.quern.kernels.Relu;
import dev.quern.kernels.RmsProp;
import dev.quern.kernels.Sgd;
import dev.quern.kernels.Softmax;
import dev.quern.kernels.SoftmaxCrossEntropy;
import dev.quern.kernels.cases.Argument;
import dev.quern.kernels.cases.Bindings;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Cases;
import dev.quern.kernels.cases.Expected;
import dev.quern.kernels.cases.Run;
import dev.quern.kernels.cases.Values;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is timed does the work that it is said to do. */
class BoundRunTest {
  private final Device device = Detection.detect("cpu").require("cpu").open();
  private final Stream stream = device.newStream();

  @AfterEach
  void close() {
    stream.close();
    assertThat(device.memory().liveBytes()).isZero();
    device.close();
  }

  /** Pieces of small buffers are the whole, so that the reference knows the answers. */
  private static List<OpSpec<?>> small() {
    return List.of(
        Gemm.builder(13, 17, 19).epilogue(Epilogue.BIAS).build(),
        Conv2d.builder().input(2, 8, 9, 9).filters(5, 3, 3).epilogue(Epilogue.BIAS_RELU).build(),
        MaxPool2d.builder().input(2, 3, 8, 8).window(2, 2).build(),
        MaxPool2d.builder().input(2, 3, 8, 8).window(2, 2).reluInput(true).build(),
        new SoftmaxCrossEntropy.Spec(32, 10, SoftmaxCrossEntropy.Reduction.MEAN),
        new DenseLoss.Spec(DenseLoss.Kind.CATEGORICAL_CROSS_ENTROPY, 32, 10),
        new Softmax.Spec(32, 10, false),
        new Relu.Spec(1009),
        AveragePool2d.builder().input(2, 3, 8, 8).window(3, 3).stride(2, 2).build(),
        new Activation.Spec(Activation.Kind.TANH, 1009),
        new Activation.Spec(Activation.Kind.GELU, 1009),
        new BiasAdd.Spec(32, 10),
        new Add.Spec(1009),
        new BatchNorm.Spec(32, 10, 8),
        new Dropout.Spec(1009, 0.5f, 1),
        Augment.builder().input(3, 9, 9, 2).shift(0.2f, 0.2f).rotation(0.5f).build(),
        new Adam.Spec(1009),
        new Sgd.Spec(1009, 0.9f, false, 0),
        new RmsProp.Spec(1009),
        new ClipNorm.Spec(1009, 1),
        new ClipValue.Spec(1009, -0.5f, 0.5f),
        new GatherBatch.Spec(DataType.UINT8, 50, 28, 50, 8, 1 / 255f, 0));
  }

  @Test
  void everyPassOfEveryOpGivesTheRightAnswers() {
    assertThat(small())
        .<Class<?>>map(OpSpec::getClass)
        .contains(OpSpec.class.getPermittedSubclasses());
    small().forEach(spec -> requireAnswers(Cases.inTraining(spec)));
  }

  private <K extends Kernel> void requireAnswers(Case<K> problem) {
    try (K kernel = device.prepare(problem.spec())) {
      stream.reserveWorkspace(kernel.workspaceBytes());
      for (Run<K> run : problem.runs()) {
        try (BoundRun<K> bound = new BoundRun<>(run, kernel, stream)) {
          bound.run();
          requireAnswers(problem, run, bound.buffers());
        }
      }
    }
  }

  private void requireAnswers(Case<?> problem, Run<?> run, Bindings buffers) {
    Map<String, Expected> reference = run.reference().get();
    for (Argument argument : run.arguments()) {
      if (argument.written()) {
        Expected expected = Objects.requireNonNull(reference.get(argument.role()));
        assertThat(expected.mismatch(read(buffers.get(argument.role())), false))
            .as("%s of %s %s", argument.role(), problem.name(), run.pass())
            .isNull();
      }
    }
  }

  private Values read(DeviceBuffer buffer) {
    try (HostBuffer host = device.newHostBuffer("result", buffer.bytes())) {
      stream.read(buffer, host);
      stream.synchronize();
      return Values.read(buffer.type(), host.segment(), buffer.count());
    }
  }

  /** Ten picks are two batches of four and one of two; a fourth would be filling alone. */
  @Test
  void theCursorIsRewoundBeforeBatchesRunOut() {
    GatherBatch.Spec spec = new GatherBatch.Spec(DataType.UINT8, 20, 5, 10, 4, 1, 0);
    requireRewound(Cases.inTraining(spec), 3);
    GatherBatch.Spec none = new GatherBatch.Spec(DataType.UINT8, 20, 5, 0, 0, 1, 0);
    requireRewound(Cases.inTraining(none), 1);
  }

  private <K extends Kernel> void requireRewound(Case<K> problem, int runs) {
    try (K kernel = device.prepare(problem.spec());
        BoundRun<K> bound = new BoundRun<>(problem.runs().getFirst(), kernel, stream)) {
      assertThat(bound.mostRuns()).isEqualTo(runs);
      List<Integer> counted = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        bound.rewind();
        bound.run();
        counted.add(stream.readInts(bound.buffers().get("cursor"))[0]);
      }
      assertThat(counted).containsExactly(1, 1, 1);
    }
  }

  /** Small buffers are there five times, large ones once. */
  @Test
  void setsOfBuffersTakeTurnsAndEachIsRewound() {
    GatherBatch.Spec spec = new GatherBatch.Spec(DataType.UINT8, 20, 5, 10, 4, 1, 0);
    requireTurns(Cases.inTraining(spec), "cursor", 5);
    requireTurns(Cases.inTraining(new Relu.Spec(2 << 20)), "y", 1);
  }

  private <K extends Kernel> void requireTurns(Case<K> problem, String role, int sets) {
    try (K kernel = device.prepare(problem.spec());
        Placements<K> placements = new Placements<>(problem.runs().getFirst(), kernel, stream)) {
      Set<DeviceBuffer> seen = new HashSet<>();
      for (int i = 0; i < 2 * sets; i++) {
        placements.next();
        placements.run();
        DeviceBuffer buffer = placements.buffers().get(role);
        assertThat(seen.add(buffer)).isEqualTo(i < sets);
        if (role.equals("cursor")) {
          assertThat(stream.readInts(buffer)).containsExactly(1);
        }
      }
    }
  }

  @Test
  void largeBuffersAreFilledToTheEnd() {
    int rows = 3 * Filler.PIECE / 64;
    Case<?> problem = Cases.inTraining(new BiasAdd.Spec(rows, 64));
    requireFilled(problem);
  }

  private <K extends Kernel> void requireFilled(Case<K> problem) {
    Run<K> run = problem.runs().getFirst();
    try (K kernel = device.prepare(problem.spec());
        BoundRun<K> bound = new BoundRun<>(run, kernel, stream)) {
      float[] x = stream.readFloats(bound.buffers().get("x"));
      double[] piece = run.arguments().getFirst().piece(Filler.PIECE).numbers();
      assertThat(x.length).isGreaterThan(2 * piece.length);
      for (int i = 0; i < x.length; i++) {
        assertThat((double) x[i]).isEqualTo(piece[i % piece.length]);
      }
    }
  }
}
