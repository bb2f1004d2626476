package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.cpu.Rearrangement.Axis;
import org.junit.jupiter.api.Test;

/** Rearrangements over extents that squares do not divide, against the formula. */
class RearrangementTest {
  private static final int PLANES = 3;
  private static final float UNTOUCHED = -1;

  @Test
  void transposesWhatSquaresDivideAndWhatTheyDoNot() {
    Warming<Squares> plain = Warming.only(new PlainSquares(PlainSquares.LINE));
    Warming<Squares> vector = Simd.choose().tiles().squares();
    vector.warmUp();
    for (int rows : new int[] {1, 7, 8, 16, 17, 33, 64, 130, 150, 257}) {
      for (int columns : new int[] {1, 8, 9, 16, 24, 31, 48, 200}) {
        assertThat(transposed(plain, rows, columns)).isEqualTo(expected(rows, columns));
        assertThat(transposed(vector, rows, columns)).isEqualTo(expected(rows, columns));
      }
    }
  }

  /** [plane, column, row] to [plane, row, column], rows two elements longer than needed. */
  private static float[] transposed(Warming<Squares> squares, int rows, int columns) {
    int lead = columns + 2;
    int count = PLANES * rows * columns;
    float[] target = new float[PLANES * rows * lead];
    try (NativeBlock from = new NativeBlock(4L * count);
        NativeBlock to = new NativeBlock(4L * target.length)) {
      for (int i = 0; i < count; i++) {
        NativeMemory.setFloat(from.address() + 4L * i, i);
      }
      for (int i = 0; i < target.length; i++) {
        NativeMemory.setFloat(to.address() + 4L * i, UNTOUCHED);
      }
      Rearrangement order =
          new Rearrangement(
              squares,
              new Axis(PLANES, (long) rows * columns, (long) rows * lead),
              new Axis(rows, 1, lead),
              new Axis(columns, rows, 1));
      try (WorkerPool pool = new WorkerPool(2)) {
        order.run(pool, from.address(), to.address());
      }
      NativeMemory.load(to.address(), target, 0, target.length);
    }
    return target;
  }

  private static float[] expected(int rows, int columns) {
    int lead = columns + 2;
    float[] target = new float[PLANES * rows * lead];
    for (int i = 0; i < target.length; i++) {
      int plane = i / (rows * lead);
      int row = i / lead % rows;
      int column = i % lead;
      target[i] = column < columns ? (plane * columns + column) * rows + row : UNTOUCHED;
    }
    return target;
  }
}
