package dev.quern.cpu;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How the units of a loop are shared out. Each worker begins with a contiguous share, the same one
 * in every loop of the same length, so that what a core wrote in one layer is in its cache in the
 * next. Workers that are done take pieces from others, which covers cores that are slower or
 * interrupted.
 *
 * <p>Pieces are what a worker takes at a time: an eighth of what is left of a share, so that they
 * are long at first and the loop runs on undisturbed, and short in the end, so that all workers end
 * at about the same time.
 */
final class Shares {
  /** What {@link #take} answers when nothing is left. */
  static final long NONE = -1;

  /**
   * What a piece takes at least, unless a unit takes longer: some ten times what handing a loop
   * over costs, and too little for others to notice that they wait for the last one. Finer pieces
   * gain nothing on 64 workers, where units are what is too long, if anything is.
   */
  private static final double PIECE_NANOS = 5_000;

  /**
   * Which part of what is left a piece is. In equal pieces of 5 us the beginning of each (where it
   * lies in the product, which tile runs there) cost products of 512 and 1024 five hundredths: 464
   * and 487, 445 and 472 GFLOP/s.
   */
  private static final int PART = 8;

  /** Longs of a worker's share: two cache lines, as neighbours are fetched in pairs. */
  private static final int SHARE = 16;

  /** In a share: the first unit that nobody has taken. */
  private static final int NEXT = 0;

  private static final int END = 1;

  /** How many shares the worker has found empty, beginning with its own. */
  private static final int EMPTIED = 2;

  /** Where the worker's last piece ends. */
  private static final int UNTIL = 3;

  private static final VarHandle SHARES = MethodHandles.arrayElementVarHandle(long[].class);

  private final int workers;

  /**
   * All that a worker needs for its own share lies in one line, since it comes from the caller's
   * cache in each loop: 25 to 190 ns a line.
   */
  private final long[] shares;

  private long leastPiece;

  /** Shares for so many workers, empty. */
  Shares(int workers) {
    this.workers = workers;
    shares = new long[workers * SHARE];
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
    leastPiece = Math.max(1, (long) (PIECE_NANOS / nanos));
    for (int w = 0; w < workers; w++) {
      shares[w * SHARE + NEXT] = units * w / workers;
      shares[w * SHARE + END] = units * (w + 1) / workers;
      shares[w * SHARE + EMPTIED] = 0;
    }
  }

  /** Takes a piece for a worker; returns its first unit, or {@link #NONE}. */
  long take(int worker) {
    int own = worker * SHARE;
    while (shares[own + EMPTIED] < workers) {
      int owner = (worker + (int) shares[own + EMPTIED]) % workers * SHARE;
      long limit = shares[owner + END];
      long rest = limit - (long) SHARES.getOpaque(shares, owner + NEXT);
      long piece = Math.max(leastPiece, rest / PART);
      long from = (long) SHARES.getAndAdd(shares, owner + NEXT, piece);
      if (from < limit) {
        shares[own + UNTIL] = Math.min(from + piece, limit);
        return from;
      }
      shares[own + EMPTIED]++;
    }
    return NONE;
  }

  /** Where the piece ends that a worker took last. */
  long until(int worker) {
    return shares[worker * SHARE + UNTIL];
  }
}
