package dev.quern.train;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.Relu;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Fully connected layer: {@code y = activation(x kernel + bias)}.
 *
 * <p>Input [n], output [units]. The kernel is [n, units] and starts Glorot uniform. A softmax
 * belongs to the last layer and is computed with the loss.
 *
 * @param units outputs
 * @param endsInRelu whether the activation is a ReLU
 */
public record Dense(int units, boolean endsInRelu) implements Layer {

  /** Without activation: logits, when it is the last layer. */
  public static Dense of(int units) {
    return new Dense(units, false);
  }

  /** With a ReLU behind. */
  public Dense relu() {
    return new Dense(units, true);
  }

  @Override
  public String kind() {
    return "dense";
  }

  @Override
  public Shape output(Shape input) {
    if (!input.isFlat()) {
      throw new SpecException(
          "dense expects a flat input, but gets " + input + ": put Flatten in front of it");
    }
    if (units < 1) {
      throw new SpecException("dense: units must be at least 1, but is " + units);
    }
    return Shape.flat(units);
  }

  @Override
  public List<WeightSpec> weights(Shape input) {
    int n = input.elements();
    return List.of(
        WeightSpec.inOrder("kernel", List.of(n, units), n, units, Initializer.GLOROT_UNIFORM),
        WeightSpec.bias(units));
  }

  @Override
  public BoundLayer bind(LayerContext context) {
    return new Bound(this, context);
  }

  /** The layer's product, and in training its gradients. */
  private static final class Bound implements BoundLayer {
    private final LayerContext context;
    private final boolean throughRelu;
    private final Gemm forward;
    private final @Nullable Gradients gradients;
    private final DeviceBuffer kernel;
    private final DeviceBuffer bias;

    Bound(Dense layer, LayerContext context) {
      this.context = context;
      int m = context.batch();
      int k = context.input().elements();
      int n = layer.units();
      throughRelu = layer.endsInRelu() && !context.reluPassedByNext();
      forward =
          context.prepare(
              Gemm.builder(m, n, k)
                  .epilogue(Epilogue.of(true, layer.endsInRelu()))
                  .precision(context.precision())
                  .build());
      gradients = context.training() ? new Gradients(context, m, k, n) : null;
      kernel = context.weights().get(0);
      bias = context.weights().get(1);
    }

    @Override
    public void forward(Stream stream) {
      forward.run(stream, context.x(), kernel, bias, context.y());
    }

    @Override
    public void backward(Stream stream) {
      if (gradients != null) {
        gradients.run(stream, throughRelu, kernel);
      }
    }
  }

  /** The kernels of the backward pass: two products and a column sum. */
  private static final class Gradients {
    private final LayerContext context;
    private final Gemm byKernel;
    private final Gemm byInput;
    private final BiasAdd byBias;
    private final Relu relu;
    private final Consumer<Stream> byWeights = this::runByWeights;

    Gradients(LayerContext context, int m, int k, int n) {
      this.context = context;
      byKernel =
          context.prepare(
              Gemm.builder(k, n, m).transposed(true, false).precision(context.precision()).build());
      byInput =
          context.prepare(
              Gemm.builder(m, k, n).transposed(false, true).precision(context.precision()).build());
      byBias = context.prepare(new BiasAdd.Spec(m, n));
      relu = context.prepare(new Relu.Spec((long) m * n));
    }

    void run(Stream stream, boolean throughRelu, DeviceBuffer kernel) {
      DeviceBuffer dy = context.outputGradient();
      if (throughRelu) {
        relu.backward(stream, context.y(), dy, dy);
      }
      stream.beside(byWeights); // no layer before this one waits for them
      if (context.dx() != null) {
        byInput.run(stream, dy, kernel, null, context.dx());
      }
    }

    private void runByWeights(Stream stream) {
      DeviceBuffer dy = context.outputGradient();
      byKernel.run(stream, context.x(), dy, null, context.gradients().get(0));
      byBias.backward(stream, dy, context.gradients().get(1));
    }
  }
}
