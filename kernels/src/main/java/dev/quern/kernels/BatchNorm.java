package dev.quern.kernels;

import static dev.quern.core.DataType.FLOAT32;
import static dev.quern.core.DataType.INT32;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Batch normalisation: every channel is brought to mean {@code beta} and standard deviation {@code
 * gamma}. With {@code n} the number of rows that count, for each channel {@code c}:
 *
 * <pre>
 * forward:  mean = sum_i x[i] / n;   variance = sum_i (x[i] - mean)^2 / n
 *           invStd = 1 / sqrt(variance + epsilon)
 *           y[i] = (x[i] - mean) * invStd * gamma + beta
 *           movingMean     = movingMean * momentum + mean * (1 - momentum)
 *           movingVariance = movingVariance * momentum + variance * u * (1 - momentum)
 * infer:    y[i] = (x[i] - movingMean) / sqrt(movingVariance + epsilon) * gamma + beta
 * relu:     both pass y through a ReLU; backward takes the gradient in front of it
 * backward: dbeta = sum_i dy[i];   dgamma = sum_i dy[i] * (x[i] - mean) * invStd
 *           dx[i] = gamma * invStd * (dy[i] - dbeta / n - (x[i] - mean) * invStd * dgamma / n)
 * </pre>
 *
 * <p>{@code u} is 1 (Keras, ONNX), or with {@code unbiased} n / (n - 1) (PyTorch; 1 for a single
 * row). The gradient of inference is {@code infer} of {@code dy} with mean and beta 0, no ReLU.
 *
 * <p><b>Rows that count</b> are all, unless {@code labels} are given: then the rows are those of
 * {@code batch} images, and those of images labelled {@link GatherBatch#IGNORED}, which fill up a
 * last batch, do not. They have no part in any sum; their {@code y} is computed as the others', and
 * their {@code dx} is 0, whatever their {@code dy}. If none counts, {@code mean} is 0, {@code
 * invStd} 1 / sqrt(1 + epsilon), all gradients are 0, and moving statistics stay as they are.
 *
 * <p>Shapes: {@code x}, {@code y}, {@code dy}, {@code dx} FLOAT32 [rows, channels], of images
 * {@code N * H * W} rows; everything of a channel FLOAT32 [channels]; {@code labels} INT32 [batch].
 * Outputs are overwritten, moving statistics updated in place. {@code y} may alias {@code x}
 * exactly in {@code infer}, {@code dx} may alias {@code dy} exactly.
 *
 * <p>Sums are taken of differences from a row, so that a mean far larger than the standard
 * deviation costs no accuracy. Deterministic: the order of summation depends on the spec and on
 * which rows count alone. Cost: 7 operations an element forward, 9 backward; {@code x} and {@code
 * dy} are read twice. Source: Ioffe and Szegedy, "Batch normalization", ICML 2015.
 */
public abstract class BatchNorm extends OpKernel<BatchNorm.Spec> {

  /** For backends. */
  protected BatchNorm(Device device, Spec spec) {
    super(device, spec);
  }

  /**
   * Training: normalises by the batch's own statistics.
   *
   * @param movingMean updated, as is {@code movingVariance}
   * @param labels which images count, or null if all do
   * @param mean receives the batch's mean, for {@code backward}
   * @param invStd receives one over its standard deviation, for {@code backward}
   */
  public final void forward(
      Stream stream,
      DeviceBuffer x,
      DeviceBuffer gamma,
      DeviceBuffer beta,
      DeviceBuffer movingMean,
      DeviceBuffer movingVariance,
      @Nullable DeviceBuffer labels,
      DeviceBuffer y,
      DeviceBuffer mean,
      DeviceBuffer invStd) {
    check(stream, "x", x, FLOAT32, spec().count());
    checkChannels(stream, "gamma", gamma);
    checkChannels(stream, "beta", beta);
    checkChannels(stream, "movingMean", movingMean);
    checkChannels(stream, "movingVariance", movingVariance);
    checkLabels(stream, labels);
    check(stream, "y", y, FLOAT32, spec().count());
    checkApart("y", y, "x", x);
    checkChannels(stream, "mean", mean);
    checkApart("mean", mean, "movingMean", movingMean);
    checkChannels(stream, "invStd", invStd);
    checkApart("invStd", invStd, "movingVariance", movingVariance);
    if (stream.begin(this)) {
      runForward(stream, x, gamma, beta, movingMean, movingVariance, labels, y, mean, invStd);
    }
  }

  /** Inference: normalises by the moving statistics, which stay as they are. */
  public final void infer(
      Stream stream,
      DeviceBuffer x,
      DeviceBuffer gamma,
      DeviceBuffer beta,
      DeviceBuffer movingMean,
      DeviceBuffer movingVariance,
      DeviceBuffer y) {
    check(stream, "x", x, FLOAT32, spec().count());
    checkChannels(stream, "gamma", gamma);
    checkChannels(stream, "beta", beta);
    checkChannels(stream, "movingMean", movingMean);
    checkChannels(stream, "movingVariance", movingVariance);
    check(stream, "y", y, FLOAT32, spec().count());
    checkApart("y", y, "gamma", gamma);
    checkApart("y", y, "beta", beta);
    if (stream.begin(this)) {
      runInfer(stream, x, gamma, beta, movingMean, movingVariance, y);
    }
  }

  /**
   * The gradients of {@code forward}.
   *
   * @param mean what {@code forward} left there, as is {@code invStd}
   * @param labels those that {@code forward} had
   * @param dx receives the gradient by {@code x}, or null
   * @param dgamma receives the gradient by the scales, or null together with {@code dbeta}
   * @param dbeta receives the gradient by the shifts, or null together with {@code dgamma}
   */
  public final void backward(
      Stream stream,
      DeviceBuffer x,
      DeviceBuffer dy,
      DeviceBuffer gamma,
      DeviceBuffer mean,
      DeviceBuffer invStd,
      @Nullable DeviceBuffer labels,
      @Nullable DeviceBuffer dx,
      @Nullable DeviceBuffer dgamma,
      @Nullable DeviceBuffer dbeta) {
    check(stream, "x", x, FLOAT32, spec().count());
    check(stream, "dy", dy, FLOAT32, spec().count());
    checkChannels(stream, "gamma", gamma);
    checkChannels(stream, "mean", mean);
    checkChannels(stream, "invStd", invStd);
    checkLabels(stream, labels);
    if (dx != null) {
      check(stream, "dx", dx, FLOAT32, spec().count());
      checkApart("dx", dx, "x", x);
    }
    if ((dgamma == null) != (dbeta == null)) {
      throw new SpecException(
          spec().describe() + ": dgamma and dbeta are wanted together or not at all");
    }
    if (dgamma != null && dbeta != null) {
      checkChannels(stream, "dgamma", dgamma);
      checkApart("dgamma", dgamma, "gamma", gamma);
      checkChannels(stream, "dbeta", dbeta);
      checkApart("dbeta", dbeta, "gamma", gamma);
    }
    if (stream.begin(this)) {
      runBackward(stream, x, dy, gamma, mean, invStd, labels, dx, dgamma, dbeta);
    }
  }

  private void checkChannels(Stream stream, String role, DeviceBuffer buffer) {
    check(stream, role, buffer, FLOAT32, spec().channels());
  }

  private void checkLabels(Stream stream, @Nullable DeviceBuffer labels) {
    if (labels != null && spec().batch() == 0) {
      throw new SpecException(
          spec().describe() + ": labels say which images count, but the spec has no batch of them");
    }
    if (labels != null) {
      check(stream, "labels", labels, INT32, spec().batch());
    }
  }

  /** For backends: the checked forward pass of training. */
  protected abstract void runForward(
      Stream stream,
      DeviceBuffer x,
      DeviceBuffer gamma,
      DeviceBuffer beta,
      DeviceBuffer movingMean,
      DeviceBuffer movingVariance,
      @Nullable DeviceBuffer labels,
      DeviceBuffer y,
      DeviceBuffer mean,
      DeviceBuffer invStd);

  /** For backends: the checked inference. */
  protected abstract void runInfer(
      Stream stream,
      DeviceBuffer x,
      DeviceBuffer gamma,
      DeviceBuffer beta,
      DeviceBuffer movingMean,
      DeviceBuffer movingVariance,
      DeviceBuffer y);

  /** For backends: the checked backward pass; {@code dgamma} and {@code dbeta} come together. */
  protected abstract void runBackward(
      Stream stream,
      DeviceBuffer x,
      DeviceBuffer dy,
      DeviceBuffer gamma,
      DeviceBuffer mean,
      DeviceBuffer invStd,
      @Nullable DeviceBuffer labels,
      @Nullable DeviceBuffer dx,
      @Nullable DeviceBuffer dgamma,
      @Nullable DeviceBuffer dbeta);

  /**
   * A normalisation over [rows, channels].
   *
   * @param rows number of rows, 0 or more
   * @param channels length of a row, 1 or more
   * @param epsilon what is added to variances, more than 0
   * @param momentum share of the moving statistics that stays, from 0 to 1
   * @param unbiased whether the moving variance takes up {@code n / (n - 1)} times the batch's
   * @param batch number of images that the rows belong to and labels tell of, rows / batch rows
   *     each; 0 if there are never labels
   * @param relu whether a ReLU follows
   */
  public record Spec(
      long rows,
      int channels,
      float epsilon,
      float momentum,
      boolean unbiased,
      int batch,
      boolean relu)
      implements OpSpec<BatchNorm> {

    /**
     * Checks the problem.
     *
     * @throws SpecException if a number is out of range or the batch does not divide the rows
     */
    public Spec {
      Window.requireAtLeast("batch-norm", "rows", rows, 0);
      Window.requireAtLeast("batch-norm", "channels", channels, 1);
      Window.requireAtLeast("batch-norm", "batch", batch, 0);
      if (!(epsilon > 0)) {
        throw new SpecException("batch-norm: epsilon must be more than 0, but is " + epsilon);
      }
      if (!(momentum >= 0 && momentum <= 1)) {
        throw new SpecException("batch-norm: momentum must be from 0 to 1, but is " + momentum);
      }
      if (batch > 0 && rows % batch != 0) {
        throw new SpecException(
            "batch-norm: batch must divide rows, but batch=%d rows=%d".formatted(batch, rows));
      }
    }

    /** With Keras's defaults: epsilon 1e-3, momentum 0.99, the batch's own variance, no ReLU. */
    public Spec(long rows, int channels, int batch) {
      this(rows, channels, 1e-3f, 0.99f, false, batch, false);
    }

    /** The same, with a ReLU behind or without. */
    public Spec relu(boolean on) {
      return new Spec(rows, channels, epsilon, momentum, unbiased, batch, on);
    }

    /** Number of elements of {@code x}. */
    public long count() {
      return rows * channels;
    }

    /** Rows of one image; all of them if there are no labels. */
    public long pixels() {
      return batch == 0 ? rows : rows / batch;
    }

    @Override
    public Class<BatchNorm> kernelType() {
      return BatchNorm.class;
    }

    @Override
    public String describe() {
      String images = batch == 0 ? "" : "mb" + batch;
      String rest = (unbiased ? "unbiased" : "") + (relu ? "relu" : "");
      return "batch-norm/%dx%d%seps%smomentum%s%s"
          .formatted(rows, channels, images, epsilon, momentum, rest);
    }

    @Override
    public Set<Pass> passes() {
      return EnumSet.of(Pass.FORWARD, Pass.INFERENCE, Pass.BACKWARD_DATA);
    }

    @Override
    public double flops(Pass pass) {
      return count() * (pass == Pass.INFERENCE ? 3.0 : pass == Pass.BACKWARD_DATA ? 9.0 : 7.0);
    }

    @Override
    public double bytes(Pass pass) {
      return (pass == Pass.BACKWARD_DATA ? 12.0 : 8.0) * count() + 20.0 * channels;
    }
  }
}
