package dev.quern.examples.check;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.kernels.Softmax;
import dev.quern.kernels.SoftmaxCrossEntropy;
import dev.quern.kernels.SoftmaxCrossEntropy.Reduction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** ONNX operators that normalise along an axis, and the loss behind them. */
final class OnnxLosses {
  /** From this set on, softmax works along one axis; before, on a matrix split at it. */
  private static final int ONE_AXIS = 13;

  private OnnxLosses() {}

  static List<Tensor> softmax(OnnxCall call, boolean logarithm) {
    call.node().requireOnly("axis");
    Tensor x = call.floats(0);
    if (call.opset() < ONE_AXIS) {
      int axis = call.axis("axis", 1, x.rank());
      int rows = (int) Tensor.count(Arrays.copyOf(x.shape(), axis));
      int classes = (int) Tensor.count(Arrays.copyOfRange(x.shape(), axis, x.rank()));
      return List.of(softmax(call.device(), x, rows, classes, logarithm));
    }
    int axis = call.axis("axis", -1, x.rank());
    if (axis == x.rank()) {
      throw call.node().wrong("axis %d is none of %s".formatted(axis, x));
    }
    return List.of(along(call.device(), x, axis, logarithm));
  }

  private static Tensor along(Device device, Tensor x, int axis, boolean logarithm) {
    Tensor turned = Movement.axisLast(x, axis);
    int classes = x.extent(axis);
    int rows = classes == 0 ? 0 : x.count() / classes;
    return Movement.axisBack(softmax(device, turned, rows, classes, logarithm), axis);
  }

  private static Tensor softmax(Device device, Tensor x, int rows, int classes, boolean logarithm) {
    Softmax.Spec spec = new Softmax.Spec(rows, classes, logarithm);
    try (DeviceRun run = new DeviceRun(device)) {
      DeviceBuffer y = run.output("y", spec.count());
      run.prepare(spec).forward(run.stream(), run.upload("x", x), y);
      return Tensor.of(x.shape(), run.read(y));
    }
  }

  static List<Tensor> softmaxCrossEntropy(OnnxCall call) {
    OnnxNode node = call.node();
    node.requireOnly("ignore_index", "reduction");
    if (call.optional(2) != null) {
      throw node.wrong("weights of classes are not offered");
    }
    Tensor scores = call.floats(0);
    Tensor labels = call.input(1);
    if (scores.rank() < 2 || labels.count() != rows(scores)) {
      throw node.wrong("scores of %s do not go with labels of %s".formatted(scores, labels));
    }
    Reduction reduction = reduction(node);
    // Without ignore_index every label counts, so the ignored one must be no label at all.
    int ignored = node.integer("ignore_index", Integer.MIN_VALUE);
    SoftmaxCrossEntropy.Spec spec =
        new SoftmaxCrossEntropy.Spec(labels.count(), scores.extent(1), reduction, ignored);
    List<Tensor> results = new ArrayList<>();
    try (DeviceRun run = new DeviceRun(call.device())) {
      DeviceBuffer z = run.upload("z", Movement.axisLast(scores, 1));
      DeviceBuffer classes = run.upload("labels", labels.ints());
      boolean each = reduction == Reduction.NONE;
      DeviceBuffer loss = run.output("loss", each ? spec.rows() : 1);
      run.prepare(spec).run(run.stream(), z, classes, null, loss, null, null, null);
      results.add(Tensor.of(each ? labels.shape() : new int[0], run.read(loss)));
    }
    if (node.wants(1)) {
      results.add(along(call.device(), scores, 1, true));
    }
    return results;
  }

  private static long rows(Tensor scores) {
    int[] shape = scores.shape().clone();
    shape[1] = 1;
    return Tensor.count(shape);
  }

  private static Reduction reduction(OnnxNode node) {
    String name = node.text("reduction", "mean");
    return switch (name) {
      case "mean" -> Reduction.MEAN;
      case "sum" -> Reduction.SUM;
      case "none" -> Reduction.NONE;
      default -> throw node.wrong("reduction " + name + " is not offered");
    };
  }
}
