package dev.quern.cpu;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How the units of a loop are shared out. Each worker begins with a contiguous share, the same one
 * in every loop of the same length, so that what a core wrote in one layer is in its cache in the
 * next. Workers that are done take pieces from others, which covers cores that are slower or
 * interrupted.
 *
 * <p>Pieces are what a worker takes at a time: long enough that taking them costs nothing, short
 * enough that all workers end at about the same time.
 */
final class Shares {
  /** What {@link #take} answers when nothing is left. */
  static final long NONE = -1;

  /**
   * What a piece takes, unless a unit takes longer: some ten times what handing a loop over costs,
   * and too little for others to notice that they wait for the last one. Finer pieces gain nothing
   * on 64 workers, where units are what is too long, if anything is.
   */
  private static final double PIECE_NANOS = 5_000;

  /** Longs between two workers' counters: two cache lines, as neighbours are fetched in pairs. */
  private static final int PAD = 16;

  private static final VarHandle COUNTERS = MethodHandles.arrayElementVarHandle(long[].class);

  private final int workers;

  /** The first unit of each share that nobody has taken. */
  private final long[] next;

  private final long[] end;

  /** How many shares each worker has found empty, beginning with its own. */
  private final long[] emptied;

  /** Where each worker's last piece ends. */
  private final long[] until;

  private long piece;

  /** Shares for so many workers, empty. */
  Shares(int workers) {
    this.workers = workers;
    next = new long[workers * PAD];
    end = new long[workers * PAD];
    emptied = new long[workers * PAD];
    until = new long[workers * PAD];
  }

  /** Whether a loop is worth sharing: whether it has more than a piece. */
  static boolean worthwhile(long units, double nanos) {
    return units > 1 && units * nanos > PIECE_NANOS;
  }

  /**
   * Deals a loop out. Nobody may be taking meanwhile.
   *
   * @param units of the loop
   * @param nanos that a unit takes, about
   */
  void deal(long units, double nanos) {
    piece = Math.max(1, (long) (PIECE_NANOS / nanos));
    for (int w = 0; w < workers; w++) {
      next[w * PAD] = units * w / workers;
      end[w * PAD] = units * (w + 1) / workers;
      emptied[w * PAD] = 0;
    }
  }

  /** Takes a piece for a worker; returns its first unit, or {@link #NONE}. */
  long take(int worker) {
    while (emptied[worker * PAD] < workers) {
      int owner = (worker + (int) emptied[worker * PAD]) % workers;
      long limit = end[owner * PAD];
      long from = (long) COUNTERS.getAndAdd(next, owner * PAD, piece);
      if (from < limit) {
        until[worker * PAD] = Math.min(from + piece, limit);
        return from;
      }
      emptied[worker * PAD]++;
    }
    return NONE;
  }

  /** Where the piece ends that a worker took last. */
  long until(int worker) {
    return until[worker * PAD];
  }
}
