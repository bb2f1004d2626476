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
 * Softmax, cross-entropy against integer labels, and its gradient, in one pass. For a row {@code i}
 * that counts, that is {@code labels[i] != ignoredLabel}:
 *
 * <pre>
 * p[i, j]    = exp(z[i, j] - max_i) / sum_j exp(z[i, j] - max_i)
 * rowLoss[i] = -log p[i, labels[i]]
 * NONE: loss[i] = rowLoss[i];               dz[i, j] = u[i] * (p[i, j] - [j = labels[i]])
 * SUM:  loss[0] = sum_i rowLoss[i];         dz[i, j] = u[0] * (p[i, j] - [j = labels[i]])
 * MEAN: loss[0] = sum_i rowLoss[i] / c;     dz[i, j] = u[0] / c * (p[i, j] - [j = labels[i]])
 * totals.loss += sum_i rowLoss[i];          totals.hits += number of rows where p is largest at the label
 * </pre>
 *
 * <p>with {@code c} the number of rows that count and {@code u} the upstream gradient, 1 if absent.
 * Rows that do not count have loss and gradient 0 and are no hits. If none counts, the mean is 0
 * (and not NaN), so that padded batches are harmless. Of equal largest probabilities the first
 * decides about a hit. A label outside [0, classes) that is not the ignored one makes its row's
 * loss and gradient NaN: never a silent wrong answer.
 *
 * <p>Shapes: {@code z}, {@code dz} FLOAT32 [rows, classes]; {@code labels} INT32 [rows]; {@code
 * upstream} and {@code loss} FLOAT32 [rows] with NONE, else [1]; {@code totalLoss} FLOAT32 [1] and
 * {@code totalHits} INT32 [1]. {@code loss} and {@code dz} are overwritten, the totals are added
 * to; {@code dz} may alias {@code z} exactly. Every output may be left out. The row's maximum is
 * subtracted first: logits of +-1e4 and of minus infinity are fine as long as the label's is
 * finite. Deterministic: the order of summation depends on the spec alone. Cost: about 14
 * operations and 8 bytes an element.
 */
public abstract class SoftmaxCrossEntropy extends OpKernel<SoftmaxCrossEntropy.Spec> {

  /** What becomes of the rows' losses. */
  public enum Reduction {
    /** Their mean over the rows that count. */
    MEAN,
    /** Their sum. */
    SUM,
    /** Each by itself. */
    NONE
  }

  /** For backends. */
  protected SoftmaxCrossEntropy(Device device, Spec spec) {
    super(device, spec);
  }

  /**
   * Loss, gradient and hits in one pass.
   *
   * @param z logits
   * @param labels right classes
   * @param upstream gradient by the loss, or null for 1
   * @param loss receives the loss, or null
   * @param dz receives the gradient by {@code z}, or null
   * @param totalLoss the sum of the rows' losses is added to it, or null
   * @param totalHits the number of right answers is added to it, or null
   */
  public final void run(
      Stream stream,
      DeviceBuffer z,
      DeviceBuffer labels,
      @Nullable DeviceBuffer upstream,
      @Nullable DeviceBuffer loss,
      @Nullable DeviceBuffer dz,
      @Nullable DeviceBuffer totalLoss,
      @Nullable DeviceBuffer totalHits) {
    int reduced = spec().reduction() == Reduction.NONE ? spec().rows() : 1;
    check(stream, "z", z, FLOAT32, spec().count());
    check(stream, "labels", labels, INT32, spec().rows());
    if (upstream != null) {
      check(stream, "upstream", upstream, FLOAT32, reduced);
    }
    if (loss != null) {
      check(stream, "loss", loss, FLOAT32, reduced);
      checkApart("loss", loss, "z", z);
    }
    if (dz != null) {
      check(stream, "dz", dz, FLOAT32, spec().count());
      checkApart("dz", dz, "labels", labels);
    }
    if (totalLoss != null) {
      check(stream, "totalLoss", totalLoss, FLOAT32, 1);
    }
    if (totalHits != null) {
      check(stream, "totalHits", totalHits, INT32, 1);
    }
    if (stream.begin(this)) {
      runLoss(stream, z, labels, upstream, loss, dz, totalLoss, totalHits);
    }
  }

  /** For backends: the checked run. */
  protected abstract void runLoss(
      Stream stream,
      DeviceBuffer z,
      DeviceBuffer labels,
      @Nullable DeviceBuffer upstream,
      @Nullable DeviceBuffer loss,
      @Nullable DeviceBuffer dz,
      @Nullable DeviceBuffer totalLoss,
      @Nullable DeviceBuffer totalHits);

  /**
   * A loss over [rows, classes].
   *
   * @param rows number of rows, 0 or more
   * @param classes length of a row, 1 or more
   * @param reduction what becomes of the rows' losses
   * @param ignoredLabel label of rows that do not count
   */
  public record Spec(int rows, int classes, Reduction reduction, int ignoredLabel)
      implements OpSpec<SoftmaxCrossEntropy> {

    /**
     * Checks the problem.
     *
     * @throws SpecException if an extent is out of range
     */
    public Spec {
      Window.requireAtLeast("softmax-ce", "rows", rows, 0);
      Window.requireAtLeast("softmax-ce", "classes", classes, 1);
    }

    /** Rows labelled {@link GatherBatch#IGNORED} do not count. */
    public Spec(int rows, int classes, Reduction reduction) {
      this(rows, classes, reduction, GatherBatch.IGNORED);
    }

    /** Number of elements of {@code z}. */
    public long count() {
      return (long) rows * classes;
    }

    @Override
    public Class<SoftmaxCrossEntropy> kernelType() {
      return SoftmaxCrossEntropy.class;
    }

    @Override
    public String describe() {
      return "softmax-ce/"
          + rows
          + "x"
          + classes
          + reduction.name().toLowerCase(Locale.ROOT)
          + (ignoredLabel == GatherBatch.IGNORED ? "" : "ignoring" + ignoredLabel);
    }

    @Override
    public Set<Pass> passes() {
      return EnumSet.of(Pass.FORWARD);
    }

    @Override
    public double flops(Pass pass) {
      return 14.0 * count();
    }

    @Override
    public double bytes(Pass pass) {
      return 8.0 * count() + 4.0 * rows;
    }
  }
}
