package dev.quern.train.layers;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import dev.quern.kernels.Activation.Kind;
import dev.quern.kernels.Activation.Spec;
import dev.quern.kernels.Relu;
import dev.quern.kernels.Softmax;
import dev.quern.train.BoundLayer;
import dev.quern.train.Ending;
import dev.quern.train.Layer;
import dev.quern.train.LayerContext;
import dev.quern.train.Operation;
import dev.quern.train.Shape;

/**
 * A function of each element, or a softmax over the channels of each pixel; as a layer of its own,
 * or behind another one's sum: {@code Conv2D.of(32, 3, 3).activation(Activation.gelu())}.
 *
 * @param function which one
 * @param alpha its parameter, if it has one; else 0
 */
public record Activation(Function function, float alpha) implements Layer {
  private static final double KERAS_SLOPE = 0.2;

  /** The functions, under Keras's names. */
  public enum Function {
    /** Nothing. */
    LINEAR,
    /** {@code max(x, 0)}. */
    RELU,
    /** {@code x > 0 ? x : alpha * x}. */
    LEAKY_RELU,
    /** {@code x > 0 ? x : alpha * (exp(x) - 1)}. */
    ELU,
    /** {@code 1 / (1 + exp(-x))}. */
    SIGMOID,
    /** Hyperbolic tangent. */
    TANH,
    /** {@code x * sigmoid(x)}. */
    SILU,
    /** {@code x} times the normal distribution at x, the exact one. */
    GELU,
    /** {@code exp(x) / sum of exp} over the channels. */
    SOFTMAX;

    /** Whether it is one of the functions that share a kernel. */
    boolean isPointwise() {
      return this != LINEAR && this != RELU && this != SOFTMAX;
    }

    /** What the kernel calls it. */
    Kind kernelKind() {
      return Kind.valueOf(name());
    }
  }

  /**
   * Checks the parameter.
   *
   * @throws SpecException if the function has one and it is not more than 0, or has none and it is
   *     not 0
   */
  public Activation {
    if (function.isPointwise()) {
      new Spec(function.kernelKind(), 0, alpha); // checks it
    } else if (alpha != 0) {
      throw new SpecException("activation: " + function + " has no alpha, but gets " + alpha);
    }
  }

  private static Activation of(Function function) {
    return new Activation(function, 0);
  }

  /** No function at all. */
  public static Activation linear() {
    return of(Function.LINEAR);
  }

  /** {@code max(x, 0)}. */
  public static Activation relu() {
    return of(Function.RELU);
  }

  /** {@code x > 0 ? x : 0.2 * x}. */
  public static Activation leakyRelu() {
    return leakyRelu(KERAS_SLOPE);
  }

  /** {@code x > 0 ? x : slope * x}. */
  public static Activation leakyRelu(double slope) {
    return new Activation(Function.LEAKY_RELU, (float) slope);
  }

  /** {@code x > 0 ? x : exp(x) - 1}. */
  public static Activation elu() {
    return new Activation(Function.ELU, 1);
  }

  /** {@code 1 / (1 + exp(-x))}. */
  public static Activation sigmoid() {
    return of(Function.SIGMOID);
  }

  /** Hyperbolic tangent. */
  public static Activation tanh() {
    return of(Function.TANH);
  }

  /** {@code x * sigmoid(x)}, also called swish. */
  public static Activation silu() {
    return of(Function.SILU);
  }

  /** {@code x} times the normal distribution at x; the exact one, as is Keras's. */
  public static Activation gelu() {
    return of(Function.GELU);
  }

  /** Probabilities: {@code exp(x) / sum of exp} over the channels of a pixel. */
  public static Activation softmax() {
    return of(Function.SOFTMAX);
  }

  boolean isLinear() {
    return function == Function.LINEAR;
  }

  boolean isRelu() {
    return function == Function.RELU;
  }

  /** Whether it is what a loss goes through by itself. */
  boolean is(Ending ending) {
    return switch (ending) {
      case LINEAR -> isLinear();
      case SIGMOID -> function == Function.SIGMOID;
      case SOFTMAX -> function == Function.SOFTMAX;
    };
  }

  /** Whether the backward pass wants what went in; what came out otherwise. */
  boolean savesInput() {
    return function.isPointwise() && function.kernelKind().savesInput();
  }

  /** Prepares the function over an output of so many channels; not for {@link #linear}. */
  PreparedActivation prepare(LayerContext context, int channels) {
    long count = context.y().count();
    return switch (function) {
      case LINEAR -> throw new IllegalStateException("there is nothing to prepare");
      case RELU -> {
        Relu kernel = context.prepare(new Relu.Spec(count));
        yield new PreparedActivation(kernel::forward, kernel::backward);
      }
      case SOFTMAX -> {
        int rows = Math.toIntExact(count / channels);
        Softmax kernel = context.prepare(new Softmax.Spec(rows, channels));
        yield new PreparedActivation(kernel::forward, kernel::backward);
      }
      default -> {
        dev.quern.kernels.Activation kernel =
            context.prepare(new Spec(function.kernelKind(), count, alpha));
        yield new PreparedActivation(kernel::forward, kernel::backward);
      }
    };
  }

  @Override
  public String kind() {
    return "activation";
  }

  @Override
  public Shape output(Shape input) {
    return input;
  }

  @Override
  public boolean reshapesOnly() {
    return isLinear();
  }

  @Override
  public boolean goesBackInPlace() {
    return true;
  }

  @Override
  public Operation without(Ending ending) {
    return is(ending) ? linear() : this;
  }

  @Override
  public BoundLayer bind(LayerContext context) {
    if (isLinear()) {
      return BoundLayer.NOTHING;
    }
    PreparedActivation kernel = prepare(context, context.input().channels());
    return new BoundLayer() {
      @Override
      public void forward(Stream stream) {
        kernel.forward().run(stream, context.x(), context.y());
      }

      @Override
      public void backward(Stream stream) {
        DeviceBuffer saved = savesInput() ? context.x() : context.y();
        if (context.dx() != null) {
          kernel.backward().run(stream, saved, context.outputGradient(), context.dx());
        }
      }
    };
  }
}
