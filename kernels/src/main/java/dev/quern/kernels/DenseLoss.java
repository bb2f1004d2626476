package dev.quern.kernels;

import static dev.quern.core.DataType.FLOAT32;
import static dev.quern.core.DataType.INT32;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Losses against dense targets, with their gradient, in one pass; {@link SoftmaxCrossEntropy} is
 * the one against labels. For a row {@code i} that counts, that is {@code labels[i] !=
 * GatherBatch.IGNORED}, with {@code n} outputs in a row:
 *
 * <pre>
 * CATEGORICAL_CROSS_ENTROPY, p = softmax of row i of z, T = sum_j t[i, j]:
 *   rowLoss[i] = -sum_j t[i, j] * log p[j]                        slope[j] = T * p[j] - t[i, j]
 * BINARY_CROSS_ENTROPY, s = sigmoid of z:
 *   rowLoss[i] = mean_j (max(z, 0) - z * t + log1p(exp(-|z|)))    slope[j] = (s - t[i, j]) / n
 * MEAN_SQUARED_ERROR:
 *   rowLoss[i] = mean_j (z[i, j] - t[i, j])^2                     slope[j] = 2 * (z - t[i, j]) / n
 *
 * loss[0]     = sum_i rowLoss[i] / c
 * dz[i, j]    = slope[j] / c
 * totals.loss += sum_i rowLoss[i];          totals.hits += number of rows answered right
 * </pre>
 *
 * <p>with {@code c} the number of rows that count. The targets of CATEGORICAL_CROSS_ENTROPY are a
 * distribution, smoothed or not; a class of probability 0 adds nothing, whatever its logit. A row
 * is answered right where the largest logit and the largest target stand at the same place, of
 * equal ones the first (categorical); where every output is on the target's side of one half, that
 * is {@code z > 0} just where {@code t > 0.5} (binary); there is no right or wrong about squared
 * errors, which add no hits. Rows that do not count have loss and gradient 0 and are no hits. If
 * none counts, the loss is 0 (and not NaN), so that padded batches are harmless.
 *
 * <p>Shapes: {@code z}, {@code targets}, {@code dz} FLOAT32 [rows, outputs]; {@code labels} INT32
 * [rows], as {@link GatherBatch} writes them; {@code loss} and {@code totalLoss} FLOAT32 [1];
 * {@code totalHits} INT32 [1]. {@code loss} and {@code dz} are overwritten, the totals are added
 * to; {@code dz} may alias {@code z} exactly. Every output may be left out. Logits of +-1e4 are
 * fine; a NaN spoils its row's loss, which then is no hit. Deterministic: the order of summation
 * depends on the spec alone. Cost: 5 (squares) to 40 operations and 12 bytes an element.
 */
public abstract class DenseLoss extends OpKernel<DenseLoss.Spec> {

  /** Which loss. */
  public enum Kind {
    /** Cross-entropy of the logits' softmax. */
    CATEGORICAL_CROSS_ENTROPY(18),
    /** Cross-entropy of each logit's sigmoid. */
    BINARY_CROSS_ENTROPY(40),
    /** Square of the difference. */
    MEAN_SQUARED_ERROR(5);

    private final int operations;

    Kind(int operations) {
      this.operations = operations;
    }

    /** The name in lower case with hyphens, for example {@code mean-squared-error}. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** For backends. */
  protected DenseLoss(Device device, Spec spec) {
    super(device, spec);
  }

  /**
   * Loss, gradient and hits in one pass.
   *
   * @param z logits, or what squared errors compare
   * @param targets what would be right
   * @param labels tell which rows count
   * @param loss receives the mean of the rows' losses, or null
   * @param dz receives the gradient by {@code z}, or null
   * @param totalLoss the sum of the rows' losses is added to it, or null
   * @param totalHits the number of right answers is added to it, or null
   */
  public final void run(
      Stream stream,
      DeviceBuffer z,
      DeviceBuffer targets,
      DeviceBuffer labels,
      @Nullable DeviceBuffer loss,
      @Nullable DeviceBuffer dz,
      @Nullable DeviceBuffer totalLoss,
      @Nullable DeviceBuffer totalHits) {
    check(stream, "z", z, FLOAT32, spec().count());
    check(stream, "targets", targets, FLOAT32, spec().count());
    check(stream, "labels", labels, INT32, spec().rows());
    if (loss != null) {
      check(stream, "loss", loss, FLOAT32, 1);
      checkApart("loss", loss, "z", z);
      checkApart("loss", loss, "targets", targets);
    }
    if (dz != null) {
      check(stream, "dz", dz, FLOAT32, spec().count());
      checkApart("dz", dz, "targets", targets);
      checkApart("dz", dz, "labels", labels);
    }
    if (totalLoss != null) {
      check(stream, "totalLoss", totalLoss, FLOAT32, 1);
    }
    if (totalHits != null) {
      check(stream, "totalHits", totalHits, INT32, 1);
    }
    if (stream.begin(this)) {
      runLoss(stream, z, targets, labels, loss, dz, totalLoss, totalHits);
    }
  }

  /** For backends: the checked run. */
  protected abstract void runLoss(
      Stream stream,
      DeviceBuffer z,
      DeviceBuffer targets,
      DeviceBuffer labels,
      @Nullable DeviceBuffer loss,
      @Nullable DeviceBuffer dz,
      @Nullable DeviceBuffer totalLoss,
      @Nullable DeviceBuffer totalHits);

  /**
   * A loss over [rows, outputs].
   *
   * @param kind which loss
   * @param rows number of rows, 0 or more
   * @param outputs length of a row, 1 or more
   */
  public record Spec(Kind kind, int rows, int outputs) implements OpSpec<DenseLoss> {

    /**
     * Checks the problem.
     *
     * @throws SpecException if an extent is out of range
     */
    public Spec {
      Window.requireAtLeast("dense-loss", "rows", rows, 0);
      Window.requireAtLeast("dense-loss", "outputs", outputs, 1);
    }

    /** Number of elements of {@code z}. */
    public long count() {
      return (long) rows * outputs;
    }

    @Override
    public Class<DenseLoss> kernelType() {
      return DenseLoss.class;
    }

    @Override
    public String describe() {
      return "dense-loss/" + rows + "x" + outputs + kind;
    }

    @Override
    public Set<Pass> passes() {
      return EnumSet.of(Pass.FORWARD);
    }

    @Override
    public double flops(Pass pass) {
      return (double) kind.operations * count();
    }

    @Override
    public double bytes(Pass pass) {
      return 12.0 * count() + 4.0 * rows;
    }
  }
}
