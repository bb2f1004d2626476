package dev.quern.cpu;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Copies elements from one order of axes to another: transposes filters and activations.
 *
 * <pre>
 * target[sum of index * target stride] = source[sum of index * source stride]
 * </pre>
 *
 * <p>Where neighbours of the target are {@code inner} and those of the source another axis, {@code
 * across}, squares of the two are transposed as vectors.
 */
final class Rearrangement implements WorkerPool.Loop {
  /** What an element takes, one by one as they are copied. */
  private static final double NANOS = 1.2;

  /**
   * Elements that are copied between two looks at where they lie, if they are no squares: for a row
   * of 64 alone that takes longer than to copy it.
   */
  private static final int UNIT = 2048;

  /** Squares side by side that are transposed one after the other where that reads in order. */
  private static final int SQUARES_IN_A_ROW = 8;

  private static final Axis SINGLE = new Axis(1, 0, 0);

  /**
   * One axis of the copy, in elements.
   *
   * @param extent its length
   * @param source stride in the source
   * @param target stride in the target
   */
  record Axis(int extent, long source, long target) {}

  private final @Nullable Warming<Squares> squares;
  private final Axis[] outer;
  private final Axis across;
  private final Axis inner;
  private final int linesPerUnit;
  private final int unitsAcross;
  private final long units;
  private long source;
  private long target;

  /** A copy; the last axis is the innermost loop. */
  Rearrangement(Warming<Squares> squares, Axis... axes) {
    List<Axis> others = new ArrayList<>(List.of(axes));
    inner = others.removeLast();
    int side = squares.current().side();
    Axis contiguous = inner.source() == 1 ? null : contiguousIn(others, side);
    boolean dense = inner.target() == 1 && inner.extent() >= side;
    if (contiguous != null && dense) {
      this.squares = squares;
      across = contiguous;
      linesPerUnit = linesOfSquares(side, across, inner);
      others.remove(contiguous);
    } else {
      this.squares = null;
      across = others.isEmpty() ? SINGLE : others.removeLast();
      linesPerUnit =
          Math.clamp(UNIT / Math.max(1, inner.extent()), 1, Math.max(1, across.extent()));
    }
    outer = others.toArray(Axis[]::new);
    unitsAcross = (across.extent() + linesPerUnit - 1) / linesPerUnit;
    long product = unitsAcross;
    for (Axis axis : outer) {
      product *= axis.extent();
    }
    units = product;
  }

  /**
   * One row of squares if the target has its rows further apart than the source: then {@code inner}
   * is read almost in order anyway, and what is written by one square is continued by the next.
   */
  private static int linesOfSquares(int side, Axis across, Axis inner) {
    boolean targetIsWider = across.target() > inner.source();
    return Math.min(across.extent(), targetIsWider ? side : side * SQUARES_IN_A_ROW);
  }

  private static @Nullable Axis contiguousIn(List<Axis> axes, int least) {
    return axes.stream()
        .filter(axis -> axis.source() == 1 && axis.extent() >= least)
        .findFirst()
        .orElse(null);
  }

  /** Copies; addresses are in bytes. */
  void run(WorkerPool pool, long sourceAddress, long targetAddress) {
    source = sourceAddress;
    target = targetAddress;
    pool.run(units, NANOS * inner.extent() * linesPerUnit, this);
  }

  @Override
  public void run(long from, long to, int worker) {
    copy(from, to, source, target);
  }

  /** Copies on the calling thread alone, which others may do meanwhile; addresses are in bytes. */
  void copy(long sourceAddress, long targetAddress) {
    copy(0, units, sourceAddress, targetAddress);
  }

  private void copy(long from, long to, long sourceAddress, long targetAddress) {
    for (long unit = from; unit < to; unit++) {
      int line = (int) (unit % unitsAcross) * linesPerUnit;
      long rest = unit / unitsAcross;
      long read = line * across.source();
      long write = line * across.target();
      for (int i = outer.length - 1; i >= 0; i--) {
        long index = rest % outer[i].extent();
        rest /= outer[i].extent();
        read += index * outer[i].source();
        write += index * outer[i].target();
      }
      int lines = Math.min(linesPerUnit, across.extent() - line);
      copyLines(lines, sourceAddress + Float.BYTES * read, targetAddress + Float.BYTES * write);
    }
  }

  private void copyLines(int lines, long read, long write) {
    if (squares != null) {
      transposeLines(squares.current(), lines, read, write);
      return;
    }
    for (long line = 0; line < lines; line++) {
      copyRun(
          read + Float.BYTES * line * across.source(),
          write + Float.BYTES * line * across.target());
    }
  }

  /** Extents that sides do not divide end in a square that repeats some of the one before. */
  private void transposeLines(Squares by, int lines, long read, long write) {
    int side = by.side();
    long stepRead = Float.BYTES * inner.source();
    long stepWrite = Float.BYTES * across.target();
    long back = (long) lines - side;
    for (int i = 0; i < inner.extent(); i += side) {
      int first = Math.min(i, inner.extent() - side);
      long from = read + first * stepRead;
      long to = write + (long) Float.BYTES * first;
      by.transpose(from, stepRead, to, stepWrite, lines / side);
      if (lines % side != 0) {
        by.transpose(from + Float.BYTES * back, stepRead, to + back * stepWrite, stepWrite, 1);
      }
    }
  }

  private void copyRun(long read, long write) {
    long stepRead = Float.BYTES * inner.source();
    long stepWrite = Float.BYTES * inner.target();
    if (stepRead == Float.BYTES && stepWrite == Float.BYTES) {
      NativeMemory.copy(read, write, (long) inner.extent() * Float.BYTES);
      return;
    }
    // Four at a time: whether C2 unrolls the loop hangs on how long it has been so far.
    int k = 0;
    for (; k < inner.extent() - 3; k += 4) {
      long from = read + k * stepRead;
      long to = write + k * stepWrite;
      NativeMemory.setFloat(to, NativeMemory.getFloat(from));
      NativeMemory.setFloat(to + stepWrite, NativeMemory.getFloat(from + stepRead));
      NativeMemory.setFloat(to + 2 * stepWrite, NativeMemory.getFloat(from + 2 * stepRead));
      NativeMemory.setFloat(to + 3 * stepWrite, NativeMemory.getFloat(from + 3 * stepRead));
    }
    for (; k < inner.extent(); k++) {
      NativeMemory.setFloat(write + k * stepWrite, NativeMemory.getFloat(read + k * stepRead));
    }
  }
}
