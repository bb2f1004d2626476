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
 * <p>{@link Shares} says who computes what; it never changes the result. The caller waits for
 * helpers that are at work on the loop, not for those that have not come to it: where other
 * processes take the processors, it may be milliseconds before they do.
 *
 * <p>The pool serves one caller at a time; a second one meanwhile runs its loop alone.
 */
class WorkerPool implements AutoCloseable {

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

  /** Longs between two helpers' places: two cache lines, as neighbours are fetched in pairs. */
  private static final int PAD = 16;

  private static final VarHandle PLACES = MethodHandles.arrayElementVarHandle(long[].class);

  private final int workers;
  private final Thread[] helpers;
  private final Shares shares;
  private final Seats seats;
  private final AtomicBoolean busy = new AtomicBoolean();

  /**
   * How far each helper has come: {@code 2 * round - 1} while it is at work on a round, {@code 2 *
   * round} when it is done with it or left out of it. Helper and caller race for a round's first
   * entry.
   */
  private final long[] places;

  private final boolean[] parked;
  private volatile long epoch;
  private volatile boolean closed;
  private volatile @Nullable Throwable failure;
  private @Nullable Loop loop;

  /** A pool of the calling thread and {@code workers - 1} helpers. */
  WorkerPool(int workers) {
    this.workers = workers;
    shares = new Shares(workers);
    seats = new Seats(workers);
    places = new long[workers * PAD];
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
   * @param nanos that a unit takes, about: how finely the loop is cut hangs on it
   */
  void run(long units, double nanos, Loop body) {
    if (workers == 1 || !Shares.worthwhile(units, nanos) || !busy.compareAndSet(false, true)) {
      if (units > 0) {
        body.run(0, units, 0);
      }
      return;
    }
    try {
      share(units, nanos, body);
    } finally {
      busy.set(false);
    }
  }

  private void share(long units, double nanos, Loop body) {
    shares.deal(units, nanos);
    seats.note(0);
    loop = body;
    long round = epoch + 1;
    epoch = round; // publishes the fields above
    for (int w = 1; w < workers; w++) {
      if (parked[w]) {
        parked[w] = false; // once is enough, however long it takes to wake up
        LockSupport.unpark(helpers[w - 1]);
      }
    }
    work(body, 0);
    for (int w = 1; w < workers; w++) {
      if (!leftOut(w, round)) {
        await(w, round);
      }
    }
    Throwable thrown = failure;
    if (thrown != null) {
      failure = null;
      throw new IllegalStateException("a worker failed: " + thrown, thrown);
    }
  }

  /** Closes the round to a helper that has not come to it: there is nothing left to do. */
  private boolean leftOut(int worker, long round) {
    long place = (long) PLACES.getAcquire(places, worker * PAD);
    return place < 2 * round - 1 && PLACES.compareAndSet(places, worker * PAD, place, 2 * round);
  }

  /** Enters a round, unless it is closed. */
  private boolean join(int worker, long round) {
    long place = (long) PLACES.getAcquire(places, worker * PAD);
    return place < 2 * round - 1
        && PLACES.compareAndSet(places, worker * PAD, place, 2 * round - 1);
  }

  @SuppressWarnings("ThreadPriorityCheck") // only a hint: correctness does not depend on it
  private void await(int worker, long round) {
    for (int spins = 0; (long) PLACES.getAcquire(places, worker * PAD) != 2 * round; spins++) {
      if (spins < SPINS_BEFORE_YIELD) {
        Thread.onSpinWait();
      } else {
        Thread.yield(); // more threads than processors: let the helper run
      }
    }
  }

  private void work(Loop body, int worker) {
    try {
      for (long from = shares.take(worker); from != Shares.NONE; from = shares.take(worker)) {
        body.run(from, shares.until(worker), worker);
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
      seen = epoch;
      seats.keepApart(worker, seen);
      if (join(worker, seen)) {
        Loop body = loop;
        if (body != null) {
          work(body, worker);
        }
        PLACES.setRelease(places, worker * PAD, 2 * seen);
      }
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
