package dev.quern.cpu;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gets code over vectors compiled, the most used first, on a thread of its own that ends when there
 * is nothing left to do. One at a time, so that the compiler's queue stays short.
 */
final class WarmUp {
  /** One for the process, as its compiler is. */
  static final WarmUp OF_PROCESS = new WarmUp();

  /**
   * Longer than a first training step takes: plain Java has to be compiled, too, and the compiler
   * and the processors are there for that step until then. Given once: what is added later need not
   * wait for a first step.
   */
  private static final long HEAD_START_MILLIS = 350;

  private final List<Warming<?>> waiting = new ArrayList<>();
  private @Nullable Thread worker;
  private boolean hasBegun;

  /** Adds a piece of code; returns at once. */
  synchronized void add(Warming<?> code) {
    waiting.add(code);
    if (worker == null) {
      long headStart = hasBegun ? 0 : HEAD_START_MILLIS;
      hasBegun = true;
      worker = new Thread(() -> work(headStart), "quern-cpu-warm-up");
      worker.setDaemon(true);
      worker.start();
    }
  }

  /** Waits until what has been added is compiled; returns early if interrupted. */
  void await() {
    Thread working = worker();
    try {
      if (working != null) {
        working.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized @Nullable Thread worker() {
    return worker;
  }

  private void work(long headStartMillis) {
    try {
      Thread.sleep(headStartMillis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // no reason to leave the code cold
    }
    for (Warming<?> code = next(); code != null; code = next()) {
      code.warmUp();
    }
  }

  private synchronized @Nullable Warming<?> next() {
    if (waiting.isEmpty()) {
      worker = null;
      return null;
    }
    Warming<?> code = Collections.max(waiting, Comparator.comparingInt(Warming::uses));
    waiting.remove(code);
    return code;
  }
}
