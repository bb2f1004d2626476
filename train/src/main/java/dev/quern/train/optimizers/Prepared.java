package dev.quern.train.optimizers;

import dev.quern.core.Kernel;
import dev.quern.core.Stream;
import java.util.List;
import java.util.function.Consumer;

/**
 * An update by one kernel.
 *
 * @param kernel what computes it
 * @param step enqueues a step
 */
record Prepared(Kernel kernel, Consumer<Stream> step) implements Optimizer.Update {
  @Override
  public List<Kernel> kernels() {
    return List.of(kernel);
  }

  @Override
  public void run(Stream stream) {
    step.accept(stream);
  }
}
