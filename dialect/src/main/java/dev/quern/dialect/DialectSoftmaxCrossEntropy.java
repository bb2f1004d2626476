package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.SoftmaxCrossEntropy;
import org.jspecify.annotations.Nullable;

/**
 * Softmax cross-entropy: one launch for the batches of training, whose rows take less time than a
 * launch, three for more.
 */
public final class DialectSoftmaxCrossEntropy extends SoftmaxCrossEntropy {
  /** Most elements that one group is quick enough with. */
  private static final long FEW = 4096;

  private final Parts parts;
  private final LossLaunches launches;
  private final String implementation;

  /**
   * Prepares it. The kernel closes its parts; if this fails, the caller does.
   *
   * @throws dev.quern.core.UnsupportedSpecException if it has 2^31 elements or more
   */
  public DialectSoftmaxCrossEntropy(Parts parts, Spec spec) {
    super(parts.device(), spec);
    this.parts = parts;
    parts.requireInt(spec, "z", spec.count());
    boolean few = spec.count() <= FEW;
    launches = few ? new LossOfFew(parts, spec) : new LossOfMany(parts, spec);
    implementation = parts.spans().name() + (few ? ":group" : ":rows");
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  public long workspaceBytes() {
    return launches.workspaceBytes();
  }

  @Override
  protected void runLoss(
      Stream stream,
      DeviceBuffer z,
      DeviceBuffer labels,
      @Nullable DeviceBuffer upstream,
      @Nullable DeviceBuffer loss,
      @Nullable DeviceBuffer dz,
      @Nullable DeviceBuffer totalLoss,
      @Nullable DeviceBuffer totalHits) {
    launches.run(stream, z, labels, upstream, loss, dz, totalLoss, totalHits);
  }

  @Override
  protected void release() {
    parts.close();
  }
}
