package dev.quern.opencl;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Runs a driver's compiler on a thread with room for it. Compilers recurse; a Java thread has 1 MB
 * of stack, and where that ends in native code the process dies without a word, as no handler can
 * run on a full stack. What compilers count on is the 8 MB of a process's first thread.
 */
final class CompilerThread {
  private static final long STACK_BYTES = 32L << 20;

  private CompilerThread() {}

  /** Calls and waits; what is thrown is thrown here. */
  static <T> T call(Supplier<T> task) {
    JavaSignals.restore(); // a first launch may have compiled something on a thread of the driver's
    FutureTask<T> future = new FutureTask<>(task::get);
    Thread thread = new Thread(null, future, "quern-opencl-compiler", STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get();
        } catch (InterruptedException e) {
          interrupted = true; // a compiler cannot be stopped half-way
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException("compiling failed", e.getCause());
    } finally {
      JavaSignals.restore();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
