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

  /** The layer's product and, where they are wanted, its gradients. */
  private static final class Bound implements BoundLayer {
    private final LayerContext context;
    private final Gemm forward;
    private final @Nullable Relu relu;
    private final @Nullable ByWeights byWeights;
    private final @Nullable Gemm byInput;

    Bound(Dense layer, LayerContext context) {
      this.context = context;
      int m = context.batch();
      int k = context.input().elements();
      int n = layer.units();
      forward =
          context.prepare(
              Gemm.builder(m, n, k)
                  .epilogue(Epilogue.of(true, layer.endsInRelu()))
                  .precision(context.precision())
                  .build());
      boolean throughRelu =
          context.dy() != null && layer.endsInRelu() && !context.reluPassedByNext();
      relu = throughRelu ? context.prepare(new Relu.Spec((long) m * n)) : null;
      byWeights = context.trainsWeights() ? new ByWeights(context, m, k, n) : null;
      byInput =
          context.dx() == null
              ? null
              : context.prepare(
                  Gemm.builder(m, k, n)
                      .transposed(false, true)
                      .precision(context.precision())
                      .build());
    }

    @Override
    public void forward(Stream stream) {
      List<DeviceBuffer> weights = context.weights();
      forward.run(stream, context.x(), weights.get(0), weights.get(1), context.y());
    }

    @Override
    public void backward(Stream stream) {
      DeviceBuffer dy = context.outputGradient();
      DeviceBuffer dx = context.dx();
      if (relu != null) {
        relu.backward(stream, context.y(), dy, dy);
      }
      if (byWeights != null) {
        stream.beside(byWeights); // no layer before this one waits for them
      }
      if (byInput != null && dx != null) {
        byInput.run(stream, dy, context.weights().get(0), null, dx);
      }
    }
  }

  /** The gradients by kernel and bias: a product and a column sum. */
  private static final class ByWeights implements Consumer<Stream> {
    private final LayerContext context;
    private final Gemm byKernel;
    private final BiasAdd byBias;

    ByWeights(LayerContext context, int m, int k, int n) {
      this.context = context;
      byKernel =
          context.prepare(
              Gemm.builder(k, n, m).transposed(true, false).precision(context.precision()).build());
      byBias = context.prepare(new BiasAdd.Spec(m, n));
    }

    @Override
    public void accept(Stream stream) {
      DeviceBuffer dy = context.outputGradient();
      byKernel.run(stream, context.x(), dy, null, context.gradients().get(0));
      byBias.backward(stream, dy, context.gradients().get(1));
    }
  }
}
