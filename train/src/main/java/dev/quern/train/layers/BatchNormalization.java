package dev.quern.train.layers;

import dev.quern.core.DataType;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.BatchNorm;
import dev.quern.train.BoundLayer;
import dev.quern.train.Initializer;
import dev.quern.train.LayerContext;
import dev.quern.train.Shape;
import dev.quern.train.WeightSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings every channel to mean beta and standard deviation gamma, as in Keras.
 *
 * <p>In training by the statistics of the batch, without the rows that fill up a last one, and the
 * moving statistics follow: {@code moving = moving * momentum + batch * (1 - momentum)}. In
 * evaluation, and where the layer is frozen, by the moving statistics, which stay as they are. Two
 * passes over the input forward and two back; one each by moving statistics.
 *
 * <p>Source: Ioffe and Szegedy, "Batch normalization", ICML 2015.
 *
 * @param momentum share of the moving statistics that stays in a step, from 0 to 1
 * @param epsilon what is added to variances, more than 0
 * @param activation function behind it; a ReLU costs nothing
 */
public record BatchNormalization(float momentum, float epsilon, Activation activation)
    implements Activated<BatchNormalization> {

  /** With Keras's momentum of 0.99 and epsilon of 0.001. */
  public static BatchNormalization of() {
    return new BatchNormalization(0.99f, 1e-3f, Activation.linear());
  }

  /** With this momentum; the fewer steps there are, the smaller it should be. */
  public BatchNormalization momentum(double momentum) {
    return new BatchNormalization((float) momentum, epsilon, activation);
  }

  /** With this epsilon. */
  public BatchNormalization epsilon(double epsilon) {
    return new BatchNormalization(momentum, (float) epsilon, activation);
  }

  @Override
  public BatchNormalization activation(Activation activation) {
    return new BatchNormalization(momentum, epsilon, activation);
  }

  @Override
  public String kind() {
    return "batch_normalization";
  }

  @Override
  public Shape output(Shape input) {
    spec(input, 1); // checks the numbers
    return input;
  }

  private BatchNorm.Spec spec(Shape input, int batch) {
    long rows = (long) batch * input.height() * input.width();
    return new BatchNorm.Spec(
        rows, input.channels(), epsilon, momentum, false, batch, activation.isRelu());
  }

  @Override
  public List<WeightSpec> weights(Shape input) {
    return List.of(
        weight("gamma", input, Initializer.ONES),
        weight("beta", input, Initializer.ZEROS),
        weight("moving_mean", input, Initializer.ZEROS).fixed(),
        weight("moving_variance", input, Initializer.ONES).fixed());
  }

  private static WeightSpec weight(String name, Shape input, Initializer initializer) {
    return WeightSpec.inOrder(name, List.of(input.channels()), 1, 1, initializer);
  }

  @Override
  public long savedElements(Shape input, int batch) {
    return 2L * input.channels() + Activated.super.savedElements(input, batch);
  }

  @Override
  public boolean goesBackInPlace() {
    return true;
  }

  @Override
  public BoundLayer bind(LayerContext context) {
    BatchNorm kernel = context.prepare(spec(context.input(), context.batch()));
    return context.trainsWeights()
        ? new ByBatch(this, context, kernel)
        : new ByMovingStatistics(this, context, kernel);
  }

  /** What both ways share: the layer's weights by name. */
  private abstract static class Bound implements BoundLayer {
    final LayerContext context;
    final BatchNorm kernel;
    final BoundActivation function;
    final int channels;
    final DeviceBuffer gamma;
    final DeviceBuffer beta;
    final DeviceBuffer movingMean;
    final DeviceBuffer movingVariance;

    Bound(BatchNormalization layer, LayerContext context, BatchNorm kernel) {
      this.context = context;
      this.kernel = kernel;
      channels = context.input().channels();
      function = new BoundActivation(layer.activation, context, channels, true);
      gamma = context.weights().get(0);
      beta = context.weights().get(1);
      movingMean = context.weights().get(2);
      movingVariance = context.weights().get(3);
    }
  }

  /** Training: by the batch's own statistics. */
  private static final class ByBatch extends Bound {
    private final DeviceBuffer mean;
    private final DeviceBuffer invStd;

    ByBatch(BatchNormalization layer, LayerContext context, BatchNorm kernel) {
      super(layer, context, kernel);
      DeviceBuffer saved = context.save(DataType.FLOAT32, 2L * channels);
      mean = saved.part("mean", 0, channels);
      invStd = saved.part("inverse standard deviation", channels, channels);
    }

    @Override
    public void forward(Stream stream) {
      kernel.forward(
          stream,
          context.x(),
          gamma,
          beta,
          movingMean,
          movingVariance,
          context.labels(),
          function.sum(),
          mean,
          invStd);
      function.forward(stream);
    }

    @Override
    public void backward(Stream stream) {
      function.backward(stream);
      kernel.backward(
          stream,
          context.x(),
          context.outputGradient(),
          gamma,
          mean,
          invStd,
          context.labels(),
          context.dx(),
          context.gradients().get(0),
          context.gradients().get(1));
    }
  }

  /** Evaluation, and training with the layer frozen: a fixed scale and shift a channel. */
  private static final class ByMovingStatistics extends Bound {
    private final @Nullable DeviceBuffer zeros;
    private final BatchNorm linear;

    ByMovingStatistics(BatchNormalization layer, LayerContext context, BatchNorm kernel) {
      super(layer, context, kernel);
      zeros = context.dx() == null ? null : context.save(DataType.FLOAT32, channels);
      linear = zeros == null ? kernel : context.prepare(kernel.spec().relu(false));
    }

    @Override
    public void forward(Stream stream) {
      DeviceBuffer x = context.x();
      kernel.infer(stream, x, gamma, beta, movingMean, movingVariance, function.sum());
      function.forward(stream);
    }

    @Override
    public void backward(Stream stream) {
      if (context.dx() != null && zeros != null) {
        function.backward(stream);
        stream.clear(zeros);
        DeviceBuffer dy = context.outputGradient();
        linear.infer(stream, dy, gamma, zeros, zeros, movingVariance, context.dx());
      }
    }
  }
}
