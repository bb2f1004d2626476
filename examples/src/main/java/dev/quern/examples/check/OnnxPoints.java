package dev.quern.examples.check;

import dev.quern.core.DeviceBuffer;
import dev.quern.kernels.Adam;
import dev.quern.kernels.Add;
import dev.quern.kernels.Dropout;
import dev.quern.kernels.Relu;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** ONNX operators that work element by element. */
final class OnnxPoints {
  private static final int OPTIMIZER_SCALARS = 2;
  private static final int OPTIMIZER_ARRAYS = 4;

  private OnnxPoints() {}

  static List<Tensor> relu(OnnxCall call) {
    call.node().requireOnly("consumed_inputs");
    Tensor x = call.floats(0);
    Relu.Spec spec = new Relu.Spec(x.count());
    try (DeviceRun run = new DeviceRun(call.device())) {
      DeviceBuffer y = run.output("y", spec.count());
      run.prepare(spec).forward(run.stream(), run.upload("x", x), y);
      return List.of(Tensor.of(x.shape(), run.read(y)));
    }
  }

  /** Terms of different shapes are repeated, on the host, to the shape that both have room in. */
  static List<Tensor> add(OnnxCall call) {
    OnnxNode node = call.node();
    node.requireOnly("axis", "broadcast", "consumed_inputs");
    if (call.input(0).type() != ElementType.FLOAT32) {
      throw new SkippedException("Add of " + call.input(0).type() + " is not offered");
    }
    Tensor a = call.floats(0);
    Tensor b = aligned(call, a);
    int[] shape = Movement.broadcast(a.shape(), b.shape());
    Add.Spec spec = new Add.Spec(Tensor.count(shape));
    try (DeviceRun run = new DeviceRun(call.device())) {
      DeviceBuffer y = run.output("y", spec.count());
      DeviceBuffer left = run.upload("a", Movement.broadcastTo(a, shape));
      DeviceBuffer right = run.upload("b", Movement.broadcastTo(b, shape));
      run.prepare(spec).forward(run.stream(), left, right, y);
      return List.of(Tensor.of(shape, run.read(y)));
    }
  }

  /** Before set 7, {@code axis} said where the second term's axes stand in the first's. */
  private static Tensor aligned(OnnxCall call, Tensor a) {
    Tensor b = call.floats(1);
    if (!call.node().has("axis")) {
      return b;
    }
    int behind = a.rank() - call.axis("axis", 0, a.rank()) - b.rank();
    if (behind < 0) {
      throw call.node().wrong("axis leaves no room for %s in %s".formatted(b, a));
    }
    int[] ones = new int[behind];
    Arrays.fill(ones, 1);
    return b.reshape(IntStream.concat(Arrays.stream(b.shape()), Arrays.stream(ones)).toArray());
  }

  /** Inference is the identity; of training only the ratio 0 has a definite result. */
  static List<Tensor> dropout(OnnxCall call) {
    OnnxNode node = call.node();
    node.requireOnly("consumed_inputs", "is_test", "ratio", "seed");
    Tensor x = call.floats(0);
    boolean training;
    double ratio;
    if (call.opset() >= 12) {
      Tensor share = call.optional(1);
      Tensor flag = call.optional(2);
      ratio = share == null ? 0.5 : single(node, share);
      training = flag != null && single(node, flag) != 0;
    } else {
      ratio = node.number("ratio", 0.5f);
      training = call.opset() < 7 && !node.flag("is_test");
    }
    if (training && ratio != 0) {
      throw node.wrong(
          "training with ratio " + ratio + " draws numbers, which differ from library to library");
    }
    double[] kept = new double[x.count()];
    Arrays.fill(kept, 1);
    Tensor mask = new Tensor(ElementType.BOOL, x.shape(), kept);
    return List.of(training ? nothingDropped(call, x) : x, mask);
  }

  private static Tensor nothingDropped(OnnxCall call, Tensor x) {
    try (DeviceRun run = new DeviceRun(call.device())) {
      Dropout kernel = run.prepare(new Dropout.Spec(x.count(), 0, 0));
      DeviceBuffer y = run.output("y", x.count());
      kernel.forward(run.stream(), run.upload("x", x), run.upload("step", 0), y);
      return Tensor.of(x.shape(), run.read(y));
    }
  }

  /** The number of a tensor that has one. */
  static double single(OnnxNode node, Tensor tensor) {
    if (tensor.count() != 1) {
      throw node.wrong("a single number is due, but there is " + tensor);
    }
    return tensor.values()[0];
  }

  /**
   * One step of Adam on one or more arrays. Inputs: R, T, then all X, all G, all V, all H; outputs
   * all X, all V, all H after the step. V is the first moment and H the second.
   */
  static List<Tensor> adam(OnnxCall call) {
    OnnxNode node = call.node();
    node.requireOnly("alpha", "beta", "epsilon", "norm_coefficient", "norm_coefficient_post");
    if (node.number("norm_coefficient_post", 0) != 0) {
      throw node.wrong("a norm_coefficient_post other than 0 is not offered");
    }
    int arrays = (call.inputs().size() - OPTIMIZER_SCALARS) / OPTIMIZER_ARRAYS;
    if (arrays < 1 || call.inputs().size() != OPTIMIZER_SCALARS + OPTIMIZER_ARRAYS * arrays) {
      throw node.wrong(
          "R and T and four inputs for each array are due, but there are %d inputs"
              .formatted(call.inputs().size()));
    }
    List<Tensor> weights = new ArrayList<>();
    List<Tensor> firstMoments = new ArrayList<>();
    List<Tensor> secondMoments = new ArrayList<>();
    for (int i = 0; i < arrays; i++) {
      List<Tensor> after = adamStep(call, i, arrays);
      weights.add(after.get(0));
      firstMoments.add(after.get(1));
      secondMoments.add(after.get(2));
    }
    weights.addAll(firstMoments);
    weights.addAll(secondMoments);
    return weights;
  }

  private static List<Tensor> adamStep(OnnxCall call, int i, int arrays) {
    Tensor x = call.floats(OPTIMIZER_SCALARS + i);
    float beta1 = call.node().number("alpha", 0.9f);
    float beta2 = call.node().number("beta", 0.999f);
    // The kernel wants a positive epsilon; the smallest normal number changes no quotient but 0/0.
    float epsilon = Math.max(call.node().number("epsilon", 0), Float.MIN_NORMAL);
    float decay = call.node().number("norm_coefficient", 0);
    Adam.Spec spec =
        new Adam.Spec(x.count(), beta1, beta2, epsilon, Adam.Form.KERAS, decay, Adam.Decay.L2);
    double rate = single(call.node(), call.input(0));
    int done = (int) single(call.node(), call.input(1));
    if (done == 0) {
      // No correction is asked for, but the kernel corrects for its first step: undone here.
      rate *= (1 - (double) beta1) / Math.sqrt(1 - (double) beta2);
    }
    try (DeviceRun run = new DeviceRun(call.device())) {
      Adam kernel = run.prepare(spec);
      DeviceBuffer p = run.upload("x", x);
      DeviceBuffer g = run.upload("g", call.floats(OPTIMIZER_SCALARS + arrays + i));
      DeviceBuffer m = run.upload("v", call.floats(OPTIMIZER_SCALARS + 2 * arrays + i));
      DeviceBuffer v = run.upload("h", call.floats(OPTIMIZER_SCALARS + 3 * arrays + i));
      DeviceBuffer step = run.upload("step", Math.max(0, done - 1));
      kernel.update(run.stream(), p, g, m, v, step, run.upload("rate", (float) rate));
      return List.of(
          Tensor.of(x.shape(), run.read(p)),
          Tensor.of(x.shape(), run.read(m)),
          Tensor.of(x.shape(), run.read(v)));
    }
  }
}
