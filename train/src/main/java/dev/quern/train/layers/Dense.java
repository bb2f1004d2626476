package dev.quern.train.layers;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Gemm;
import dev.quern.train.BoundLayer;
import dev.quern.train.Initializer;
import dev.quern.train.LayerContext;
import dev.quern.train.Shape;
import dev.quern.train.WeightSpec;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Fully connected layer: {@code y = activation(x kernel + bias)}.
 *
 * <p>Input [n], output [units]. The kernel is [n, units] and starts Glorot uniform, the bias
 * [units] and starts at 0. A softmax or sigmoid at the end of a network is computed with the loss;
 * a ReLU costs nothing, any other activation a pass over the output.
 *
 * @param units outputs
 * @param hasBias whether a bias is added
 * @param activation function behind the sum
 */
public record Dense(int units, boolean hasBias, Activation activation) implements Activated<Dense> {

  /** With a bias and without activation: logits, when it is the last layer. */
  public static Dense of(int units) {
    return new Dense(units, true, Activation.linear());
  }

  @Override
  public Dense activation(Activation activation) {
    return new Dense(units, hasBias, activation);
  }

  /** Without a bias. */
  public Dense withoutBias() {
    return new Dense(units, false, activation);
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
    WeightSpec kernel =
        WeightSpec.inOrder("kernel", List.of(n, units), n, units, Initializer.GLOROT_UNIFORM);
    return hasBias ? List.of(kernel, WeightSpec.bias(units)) : List.of(kernel);
  }

  @Override
  public BoundLayer bind(LayerContext context) {
    return new Bound(this, context);
  }

  /** The layer's product and, where they are wanted, its gradients. */
  private static final class Bound implements BoundLayer {
    private final LayerContext context;
    private final Gemm forward;
    private final BoundActivation activation;
    private final @Nullable DeviceBuffer bias;
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
                  .epilogue(Epilogue.of(layer.hasBias, layer.endsInRelu()))
                  .precision(context.precision())
                  .build());
      activation = new BoundActivation(layer.activation, context, n, true);
      bias = layer.hasBias ? context.weights().get(1) : null;
      byWeights = context.trainsWeights() ? new ByWeights(layer, context) : null;
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
      forward.run(stream, context.x(), context.weights().get(0), bias, activation.sum());
      activation.forward(stream);
    }

    @Override
    public void backward(Stream stream) {
      activation.backward(stream);
      if (byWeights != null) {
        stream.beside(byWeights); // no layer before this one waits for them
      }
      if (byInput != null && context.dx() != null) {
        DeviceBuffer dy = context.outputGradient();
        byInput.run(stream, dy, context.weights().get(0), null, context.dx());
      }
    }
  }

  /** The gradients by kernel and bias: a product and a column sum. */
  private static final class ByWeights implements Consumer<Stream> {
    private final LayerContext context;
    private final Gemm byKernel;
    private final @Nullable BiasAdd byBias;

    ByWeights(Dense layer, LayerContext context) {
      this.context = context;
      int m = context.batch();
      int k = context.input().elements();
      byKernel =
          context.prepare(
              Gemm.builder(k, layer.units, m)
                  .transposed(true, false)
                  .precision(context.precision())
                  .build());
      byBias = layer.hasBias ? context.prepare(new BiasAdd.Spec(m, layer.units)) : null;
    }

    @Override
    public void accept(Stream stream) {
      DeviceBuffer dy = context.outputGradient();
      byKernel.run(stream, context.x(), dy, null, context.gradients().get(0));
      if (byBias != null) {
        byBias.backward(stream, dy, context.gradients().get(1));
      }
    }
  }
}
