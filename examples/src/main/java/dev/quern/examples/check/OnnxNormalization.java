package dev.quern.examples.check;

import dev.quern.core.DeviceBuffer;
import dev.quern.kernels.BatchNorm;
import java.util.Arrays;
import java.util.List;

/** ONNX's batch normalisation, in all sets of operators. */
final class OnnxNormalization {
  /** From this set on, an attribute asks for training; before, the outputs that are wanted do. */
  private static final int TRAINING_MODE = 14;

  /** Before this set, an attribute denies training. */
  private static final int NO_IS_TEST = 7;

  private static final int MEAN = 3;
  private static final int VARIANCE = 4;

  private OnnxNormalization() {}

  static List<Tensor> batch(OnnxCall call) {
    OnnxNode node = call.node();
    node.requireOnly(
        "consumed_inputs", "epsilon", "is_test", "momentum", "spatial", "training_mode");
    if (call.opset() < TRAINING_MODE && (node.wants(MEAN) || node.wants(VARIANCE))) {
      throw new SkippedException(
          "BatchNormalization's saved statistics are defined otherwise by every library");
    }
    Tensor x = call.floats(0);
    if (x.rank() == 0) {
      throw node.wrong("the input must have an axis of images, but is " + x);
    }
    // Each element of an image has its own statistics, and so is a channel.
    boolean byElement = node.integer("spatial", 1) == 0;
    if (x.rank() <= 2 || byElement) {
      int images = x.extent(0);
      int channels = (int) Tensor.count(Arrays.copyOfRange(x.shape(), 1, x.rank()));
      List<Tensor> results = run(call, x.reshape(images, channels));
      return withFirst(results, results.get(0).reshape(x.shape()));
    }
    List<Tensor> results = run(call, Movement.axisLast(x, 1));
    return withFirst(results, Movement.axisBack(results.get(0), 1));
  }

  private static List<Tensor> withFirst(List<Tensor> results, Tensor first) {
    return results.size() == 1 ? List.of(first) : List.of(first, results.get(1), results.get(2));
  }

  /** The outputs for an input whose last axis is that of the channels. */
  private static List<Tensor> run(OnnxCall call, Tensor x) {
    OnnxNode node = call.node();
    int channels = x.extent(x.rank() - 1);
    for (int i = 1; i <= VARIANCE; i++) {
      if (call.floats(i).count() != channels) {
        throw node.wrong(
            "input %d must have %d elements, but is %s".formatted(i, channels, call.floats(i)));
      }
    }
    if (channels == 0) {
      return List.of(x, call.floats(MEAN), call.floats(VARIANCE));
    }
    // The kernel wants a positive epsilon; the smallest normal number changes no quotient but 0/0.
    float epsilon = Math.max(node.number("epsilon", 1e-5f), Float.MIN_NORMAL);
    BatchNorm.Spec spec =
        new BatchNorm.Spec(
            x.count() / channels,
            channels,
            epsilon,
            node.number("momentum", 0.9f),
            false,
            0,
            false);
    try (DeviceRun run = new DeviceRun(call.device())) {
      return run(call, run, spec, x);
    }
  }

  private static List<Tensor> run(OnnxCall call, DeviceRun run, BatchNorm.Spec spec, Tensor input) {
    BatchNorm kernel = run.prepare(spec);
    DeviceBuffer x = run.upload("x", input);
    DeviceBuffer gamma = run.upload("scale", call.floats(1));
    DeviceBuffer beta = run.upload("bias", call.floats(2));
    DeviceBuffer mean = run.upload("mean", call.floats(MEAN));
    DeviceBuffer variance = run.upload("var", call.floats(VARIANCE));
    DeviceBuffer y = run.output("y", spec.count());
    if (!trains(call)) {
      kernel.infer(run.stream(), x, gamma, beta, mean, variance, y);
      return List.of(Tensor.of(input.shape(), run.read(y)));
    }
    DeviceBuffer batchMean = run.output("batch mean", spec.channels());
    DeviceBuffer invStd = run.output("batch invStd", spec.channels());
    kernel.forward(run.stream(), x, gamma, beta, mean, variance, null, y, batchMean, invStd);
    return List.of(
        Tensor.of(input.shape(), run.read(y)),
        Tensor.of(call.floats(MEAN).shape(), run.read(mean)),
        Tensor.of(call.floats(VARIANCE).shape(), run.read(variance)));
  }

  private static boolean trains(OnnxCall call) {
    OnnxNode node = call.node();
    if (call.opset() >= TRAINING_MODE) {
      return node.flag("training_mode");
    }
    return call.opset() < NO_IS_TEST ? !node.flag("is_test") : node.wants(1);
  }
}
