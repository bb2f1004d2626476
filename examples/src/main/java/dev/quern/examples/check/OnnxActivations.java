package dev.quern.examples.check;

import dev.quern.core.DeviceBuffer;
import dev.quern.kernels.Activation;
import dev.quern.kernels.Activation.Kind;
import dev.quern.kernels.ClipValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** ONNX operators that bend or bound their input element by element. */
final class OnnxActivations {
  /** From this set on, the bounds of Clip are inputs; before, attributes. */
  private static final int BOUNDS_AS_INPUTS = 11;

  private OnnxActivations() {}

  static List<Tensor> sigmoid(OnnxCall call) {
    call.node().requireOnly("consumed_inputs");
    return run(call, Kind.SIGMOID, 0);
  }

  static List<Tensor> tanh(OnnxCall call) {
    call.node().requireOnly("consumed_inputs");
    return run(call, Kind.TANH, 0);
  }

  static List<Tensor> elu(OnnxCall call) {
    call.node().requireOnly("alpha", "consumed_inputs");
    return run(call, Kind.ELU, call.node().number("alpha", 1));
  }

  static List<Tensor> leakyRelu(OnnxCall call) {
    call.node().requireOnly("alpha", "consumed_inputs");
    return run(call, Kind.LEAKY_RELU, call.node().number("alpha", 0.01f));
  }

  static List<Tensor> gelu(OnnxCall call) {
    OnnxNode node = call.node();
    node.requireOnly("approximate");
    String approximation = node.text("approximate", "none");
    if (!approximation.equals("none")) {
      throw node.wrong("the approximation " + approximation + " is not offered");
    }
    return run(call, Kind.GELU, 0);
  }

  /** {@code x * sigmoid(alpha * x)}, which is SiLU for alpha 1. */
  static List<Tensor> swish(OnnxCall call) {
    OnnxNode node = call.node();
    node.requireOnly("alpha");
    if (node.number("alpha", 1) != 1) {
      throw node.wrong("an alpha other than 1 is not offered");
    }
    return run(call, Kind.SILU, 0);
  }

  private static List<Tensor> run(OnnxCall call, Kind kind, float alpha) {
    Tensor x = call.floats(0);
    Activation.Spec spec = new Activation.Spec(kind, x.count(), alpha);
    try (DeviceRun run = new DeviceRun(call.device())) {
      DeviceBuffer y = run.output("y", spec.count());
      run.prepare(spec).forward(run.stream(), run.upload("x", x), y);
      return List.of(Tensor.of(x.shape(), run.read(y)));
    }
  }

  /** Where the bounds are the wrong way round, the upper one decides. */
  static List<Tensor> clip(OnnxCall call) {
    OnnxNode node = call.node();
    node.requireOnly("consumed_inputs", "max", "min");
    Tensor x = call.floats(0);
    boolean inputs = call.opset() >= BOUNDS_AS_INPUTS;
    float least =
        inputs ? bound(call, 1, Float.NEGATIVE_INFINITY) : node.number("min", -Float.MAX_VALUE);
    float most =
        inputs ? bound(call, 2, Float.POSITIVE_INFINITY) : node.number("max", Float.MAX_VALUE);
    ClipValue.Spec spec = new ClipValue.Spec(x.count(), Math.min(least, most), most);
    try (DeviceRun run = new DeviceRun(call.device())) {
      DeviceBuffer y = run.output("y", spec.count());
      run.prepare(spec).run(run.stream(), run.upload("x", x), y);
      return List.of(Tensor.of(x.shape(), run.read(y)));
    }
  }

  private static float bound(OnnxCall call, int i, float otherwise) {
    @Nullable Tensor bound = call.optional(i);
    return bound == null ? otherwise : (float) OnnxPoints.single(call.node(), bound);
  }
}
