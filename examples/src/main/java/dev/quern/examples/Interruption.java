package dev.quern.examples;

import dev.quern.train.Model;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C during training: asks the model to stop after the step under way, and holds the end of the
 * process back until the results are written.
 */
final class Interruption {
  /** Longer than a step and the writing of the weights take anywhere. */
  private static final long PATIENCE_SECONDS = 20;

  private final CountDownLatch written = new CountDownLatch(1);
  private volatile boolean happened;
  private volatile boolean finished;

  private Interruption() {}

  static Interruption stopping(Model model) {
    Interruption interruption = new Interruption();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> interruption.end(model), "quern-interruption"));
    return interruption;
  }

  private void end(Model model) {
    if (finished) {
      return; // the process ends by itself
    }
    happened = true;
    model.requestStop();
    try {
      if (!written.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("quern: the results could not be written in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether training was cut short. */
  boolean happened() {
    return happened;
  }

  /** Lets the process end. */
  void done() {
    finished = true;
    written.countDown();
  }
}
