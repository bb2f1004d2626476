package dev.quern.train.optimizers;

import dev.quern.core.Device;
import dev.quern.core.Kernel;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import dev.quern.kernels.ClipNorm;
import dev.quern.kernels.ClipValue;
import java.util.ArrayList;
import java.util.List;

/**
 * An optimizer that gets a gradient cut to a limit; see {@link ClipNorm} and {@link ClipValue}.
 *
 * @param inner what it is cut for
 * @param by what is limited
 * @param limit the limit
 */
record ClippedOptimizer(Optimizer inner, By by, float limit) implements Optimizer {

  /** What is limited. */
  enum By {
    /** The norm over all trained weights together. */
    NORM,
    /** Every element by itself. */
    VALUE
  }

  ClippedOptimizer {
    if (!(limit > 0 && Float.isFinite(limit))) {
      throw new SpecException("clipping needs a finite limit of more than 0, but gets " + limit);
    }
  }

  @Override
  public Schedule learningRate() {
    return inner.learningRate();
  }

  @Override
  public int states() {
    return inner.states();
  }

  @Override
  public Update prepare(Device device, TrainedWeights of) {
    Update clip = by == By.NORM ? byNorm(device, of) : byValue(device, of);
    try {
      return new Both(clip, inner.prepare(device, of));
    } catch (RuntimeException e) {
      clip.kernels().forEach(Kernel::close);
      throw e;
    }
  }

  private Update byNorm(Device device, TrainedWeights of) {
    ClipNorm kernel = device.prepare(new ClipNorm.Spec(of.gradients().count(), limit));
    return new Prepared(kernel, stream -> kernel.run(stream, of.gradients()));
  }

  private Update byValue(Device device, TrainedWeights of) {
    ClipValue kernel = device.prepare(new ClipValue.Spec(of.gradients().count(), -limit, limit));
    return new Prepared(kernel, stream -> kernel.run(stream, of.gradients(), of.gradients()));
  }

  /** One update behind the other. */
  private record Both(Update first, Update second) implements Update {
    @Override
    public List<Kernel> kernels() {
      List<Kernel> kernels = new ArrayList<>(first.kernels());
      kernels.addAll(second.kernels());
      return kernels;
    }

    @Override
    public void run(Stream stream) {
      first.run(stream);
      second.run(stream);
    }
  }
}
