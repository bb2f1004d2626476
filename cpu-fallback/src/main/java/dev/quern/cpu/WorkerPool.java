package dev.quern.cpu;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed set of threads that share one loop at a time: the caller and its helpers, which spin for
 * the next loop and park when there is none for a while. Handing work over costs under a
 * microsecond while they spin, 30 to 60 with an executor or fork-join; a whole layer takes 50.
 *
 * <p>Each worker begins with a contiguous share of the loop's units, the same one in every loop of
 * the same length, so that what a core wrote in one layer is in its cache in the next. Workers that
 * are done take units from others, which covers cores that are slower or interrupted. Which worker
 * computes a unit never changes the result.
 *
 * <p>The pool serves one caller at a time; a second one meanwhile runs its loop alone.
 */
final class WorkerPool implements AutoCloseable {

  /** The body of a parallel loop. */
  interface Loop {
    /**
     * Computes units {@code from} (inclusive) to {@code to} (exclusive).
     *
     * @param worker number of the worker, for scratch memory of its own
     */
    void run(long from, long to, int worker);
  }

  /** About 200 us on current processors: longer than any serial gap in a training step. */
  private static final int SPINS_BEFORE_PARK = 5_000;

  private static final int SPINS_BEFORE_YIELD = 500;

  /**
   * About 5 us. Where two threads share a processor, one that spins for the next loop holds up the
   * very thread that would start it: without yielding each loop took 140 to 240 us on a busy
   * machine of two processors, with it 20 to 90. Where they do not, it makes no difference.
   */
  private static final int SPINS_BETWEEN_YIELDS = 128;

  /** Longs between two workers' counters: two cache lines, as neighbours are fetched in pairs. */
  private static final int PAD = 16;

  private static final VarHandle COUNTERS = MethodHandles.arrayElementVarHandle(long[].class);

  private final int workers;
  private final Thread[] helpers;
  private final AtomicBoolean busy = new AtomicBoolean();
  private final long[] next;
  private final long[] end;
  private final long[] finished;
  private final boolean[] parked;
  private volatile long epoch;
  private volatile boolean closed;
  private volatile @Nullable Throwable failure;
  private @Nullable Loop loop;
  private long grain;

  /** A pool of the calling thread and {@code workers - 1} helpers. */
  WorkerPool(int workers) {
    this.workers = workers;
    next = new long[workers * PAD];
    end = new long[workers * PAD];
    finished = new long[workers * PAD];
    parked = new boolean[workers];
    helpers = new Thread[workers - 1];
    for (int i = 0; i < helpers.length; i++) {
      int worker = i + 1;
      helpers[i] = new Thread(() -> serve(worker), "quern-cpu-" + worker);
      helpers[i].setDaemon(true);
      helpers[i].start();
    }
  }

  /** Number of threads that share a loop, the caller included. */
  int workers() {
    return workers;
  }

  /**
   * Runs a loop of {@code units} and returns when all are done.
   *
   * @param grain units that a worker takes at a time, 1 or more
   */
  void run(long units, long grain, Loop body) {
    if (units <= grain || workers == 1 || !busy.compareAndSet(false, true)) {
      if (units > 0) {
        body.run(0, units, 0);
      }
      return;
    }
    try {
      share(units, grain, body);
    } finally {
      busy.set(false);
    }
  }

  private void share(long units, long grain, Loop body) {
    for (int w = 0; w < workers; w++) {
      next[w * PAD] = units * w / workers;
      end[w * PAD] = units * (w + 1) / workers;
    }
    this.loop = body;
    this.grain = grain;
    long round = epoch + 1;
    epoch = round; // publishes the fields above
    for (int w = 1; w < workers; w++) {
      if (parked[w]) {
        LockSupport.unpark(helpers[w - 1]);
      }
    }
    work(body, grain, 0);
    awaitHelpers(round);
    Throwable thrown = failure;
    if (thrown != null) {
      failure = null;
      throw new IllegalStateException("a worker failed: " + thrown, thrown);
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // only a hint: correctness does not depend on it
  private void awaitHelpers(long round) {
    for (int w = 1; w < workers; w++) {
      for (int spins = 0; (long) COUNTERS.getAcquire(finished, w * PAD) != round; spins++) {
        if (spins < SPINS_BEFORE_YIELD) {
          Thread.onSpinWait();
        } else {
          Thread.yield(); // more threads than processors: let the helper run
        }
      }
    }
  }

  private void work(Loop body, long grain, int worker) {
    try {
      for (int i = 0; i < workers; i++) {
        int owner = worker + i < workers ? worker + i : worker + i - workers;
        long limit = end[owner * PAD];
        while (true) {
          long from = (long) COUNTERS.getAndAdd(next, owner * PAD, grain);
          if (from >= limit) {
            break;
          }
          body.run(from, Math.min(from + grain, limit), worker);
        }
      }
    } catch (Throwable t) {
      failure = t;
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // yields for speed; correctness does not rely on it
  private void serve(int worker) {
    long seen = 0;
    while (true) {
      int spins = 0;
      while (epoch == seen) {
        if (closed) {
          return;
        }
        if (++spins < SPINS_BEFORE_PARK) {
          if (spins % SPINS_BETWEEN_YIELDS != 0) {
            Thread.onSpinWait();
          } else {
            Thread.yield();
          }
        } else {
          park(worker, seen);
          spins = 0;
        }
      }
      seen++;
      Loop body = loop;
      if (body != null) {
        work(body, grain, worker);
      }
      COUNTERS.setRelease(finished, worker * PAD, seen);
    }
  }

  private void park(int worker, long seen) {
    parked[worker] = true;
    VarHandle.fullFence(); // pairs with the volatile write of epoch: one side sees the other
    if (epoch == seen && !closed) {
      LockSupport.park(this);
    }
    parked[worker] = false;
  }

  /** Ends the helpers. No loop may be under way. */
  @Override
  public void close() {
    closed = true;
    for (Thread helper : helpers) {
      LockSupport.unpark(helper);
    }
  }
}
