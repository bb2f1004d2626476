package dev.quern.bench;

import static dev.quern.bench.Slot.floats;
import static dev.quern.bench.Slot.indices;
import static dev.quern.bench.Slot.positive;
import static dev.quern.bench.Slot.zero;
import static dev.quern.core.DataType.FLOAT32;
import static dev.quern.core.DataType.INT32;

import dev.quern.core.Kernel;
import dev.quern.kernels.Adam;
import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.GatherBatch;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.MaxPool2d;
import dev.quern.kernels.OpSpec;
import dev.quern.kernels.Pass;
import dev.quern.kernels.Relu;
import dev.quern.kernels.SoftmaxCrossEntropy;
import java.util.ArrayList;
import java.util.List;

/** What each op's passes take to be timed. */
final class Workloads {
  private Workloads() {}

  /** A spec with what its passes take. */
  record Problem<K extends Kernel>(OpSpec<K> spec, List<Workload<K>> workloads) {
    Problem {
      workloads = List.copyOf(workloads);
    }
  }

  /** All passes of a spec. */
  static Problem<?> of(OpSpec<?> spec) {
    return switch (spec) {
      case Gemm.Spec s -> new Problem<>(s, List.of(product(s)));
      case Conv2d.Spec s -> new Problem<>(s, convolution(s));
      case MaxPool2d.Spec s -> new Problem<>(s, pooling(s));
      case SoftmaxCrossEntropy.Spec s -> new Problem<>(s, List.of(loss(s)));
      case Relu.Spec s -> new Problem<>(s, relu(s));
      case BiasAdd.Spec s -> new Problem<>(s, biasAdd(s));
      case Adam.Spec s -> new Problem<>(s, List.of(adam(s)));
      case GatherBatch.Spec s -> new Problem<>(s, List.of(gather(s)));
      default -> throw new IllegalArgumentException("there are no benchmarks of " + spec);
    };
  }

  private static Workload<Gemm> product(Gemm.Spec spec) {
    List<Slot> slots = new ArrayList<>();
    slots.add(floats("a", spec.elementsA()));
    slots.add(floats("b", spec.elementsB()));
    slots.add(floats("c", spec.elementsC()));
    if (spec.epilogue().hasBias()) {
      slots.add(floats("bias", spec.n()));
    }
    return new Workload<>(
        Pass.FORWARD,
        slots,
        (kernel, stream, to) ->
            kernel.run(stream, to.get("a"), to.get("b"), to.orNull("bias"), to.get("c")));
  }

  private static List<Workload<Conv2d>> convolution(Conv2d.Spec spec) {
    Slot x = floats("x", spec.inputs());
    Slot w = floats("w", spec.weights());
    Slot y = floats("y", spec.outputs());
    Slot dy = floats("dy", spec.outputs());
    List<Workload<Conv2d>> all = new ArrayList<>();
    all.add(
        new Workload<>(
            Pass.FORWARD,
            spec.epilogue().hasBias() ? List.of(x, w, floats("b", spec.k()), y) : List.of(x, w, y),
            (kernel, stream, to) ->
                kernel.forward(stream, to.get("x"), to.get("w"), to.orNull("b"), to.get("y"))));
    all.add(
        new Workload<>(
            Pass.BACKWARD_DATA,
            List.of(dy, w, floats("dx", spec.inputs())),
            (kernel, stream, to) ->
                kernel.backwardData(stream, to.get("dy"), to.get("w"), to.get("dx"))));
    all.add(
        new Workload<>(
            Pass.BACKWARD_FILTER,
            List.of(x, dy, floats("dw", spec.weights())),
            (kernel, stream, to) ->
                kernel.backwardFilter(stream, to.get("x"), to.get("dy"), to.get("dw"))));
    if (spec.epilogue().hasBias()) {
      all.add(
          new Workload<>(
              Pass.BACKWARD_BIAS,
              List.of(dy, floats("db", spec.k())),
              (kernel, stream, to) -> kernel.backwardBias(stream, to.get("dy"), to.get("db"))));
    }
    if (spec.epilogue().hasRelu()) {
      all.add(
          new Workload<>(
              Pass.BACKWARD_EPILOGUE,
              List.of(y, dy, floats("dz", spec.outputs())),
              (kernel, stream, to) ->
                  kernel.backwardEpilogue(stream, to.get("y"), to.get("dy"), to.get("dz"))));
    }
    return all;
  }

  private static List<Workload<MaxPool2d>> pooling(MaxPool2d.Spec spec) {
    Slot x = floats("x", spec.inputs());
    Slot y = floats("y", spec.outputs());
    Slot argmax = zero("argmax", INT32, spec.outputs());
    return List.of(
        new Workload<>(
            Pass.FORWARD,
            List.of(x, y, argmax),
            (kernel, stream, to) ->
                kernel.forward(stream, to.get("x"), to.get("y"), to.get("argmax"))),
        new Workload<>(
            Pass.BACKWARD_DATA,
            List.of(x, y, argmax, floats("dy", spec.outputs()), floats("dx", spec.inputs())),
            (kernel, stream, to) ->
                kernel.backward(stream, to.get("y"), to.get("argmax"), to.get("dy"), to.get("dx")),
            (kernel, stream, to) ->
                kernel.forward(stream, to.get("x"), to.get("y"), to.get("argmax")),
            null,
            Integer.MAX_VALUE));
  }

  /** As training runs it: the gradient and the totals, no loss of its own. */
  private static Workload<SoftmaxCrossEntropy> loss(SoftmaxCrossEntropy.Spec spec) {
    return new Workload<>(
        Pass.FORWARD,
        List.of(
            floats("z", spec.count()),
            indices("labels", spec.rows(), spec.classes()),
            floats("dz", spec.count()),
            zero("totalLoss", FLOAT32, 1),
            zero("totalHits", INT32, 1)),
        (kernel, stream, to) ->
            kernel.run(
                stream,
                to.get("z"),
                to.get("labels"),
                null,
                null,
                to.get("dz"),
                to.get("totalLoss"),
                to.get("totalHits")));
  }

  private static List<Workload<Relu>> relu(Relu.Spec spec) {
    Slot y = floats("y", spec.count());
    return List.of(
        new Workload<>(
            Pass.FORWARD,
            List.of(floats("x", spec.count()), y),
            (kernel, stream, to) -> kernel.forward(stream, to.get("x"), to.get("y"))),
        new Workload<>(
            Pass.BACKWARD_DATA,
            List.of(y, floats("dy", spec.count()), floats("dx", spec.count())),
            (kernel, stream, to) ->
                kernel.backward(stream, to.get("y"), to.get("dy"), to.get("dx"))));
  }

  private static List<Workload<BiasAdd>> biasAdd(BiasAdd.Spec spec) {
    return List.of(
        new Workload<>(
            Pass.FORWARD,
            List.of(
                floats("x", spec.count()), floats("b", spec.channels()), floats("y", spec.count())),
            (kernel, stream, to) -> kernel.forward(stream, to.get("x"), to.get("b"), to.get("y"))),
        new Workload<>(
            Pass.BACKWARD_BIAS,
            List.of(floats("dy", spec.count()), floats("db", spec.channels())),
            (kernel, stream, to) -> kernel.backward(stream, to.get("dy"), to.get("db"))));
  }

  private static Workload<Adam> adam(Adam.Spec spec) {
    return new Workload<>(
        Pass.UPDATE,
        List.of(
            floats("p", spec.count()),
            floats("g", spec.count()),
            floats("m", spec.count()),
            positive("v", spec.count()),
            zero("step", INT32, 1),
            positive("learningRate", 1)),
        (kernel, stream, to) ->
            kernel.update(
                stream,
                to.get("p"),
                to.get("g"),
                to.get("m"),
                to.get("v"),
                to.get("step"),
                to.get("learningRate")));
  }

  private static Workload<GatherBatch> gather(GatherBatch.Spec spec) {
    return new Workload<>(
        Pass.FORWARD,
        List.of(
            new Slot(
                "data", spec.type(), (long) spec.rows() * spec.elements(), Slot.Content.RANDOM, 0),
            indices("labels", spec.rows(), 10),
            indices("indices", spec.picks(), spec.rows()),
            zero("cursor", INT32, 1),
            floats("x", (long) spec.batch() * spec.elements()),
            zero("y", INT32, spec.batch())),
        (kernel, stream, to) ->
            kernel.run(
                stream,
                to.get("data"),
                to.get("labels"),
                to.get("indices"),
                to.get("cursor"),
                to.get("x"),
                to.get("y")),
        null,
        "cursor",
        spec.picks() / spec.batch());
  }
}
