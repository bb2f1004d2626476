package dev.quern.kernels.indirect;

import dev.quern.kernels.Conv2d;
import java.util.ArrayList;
import java.util.List;

/**
 * The passes of a convolution as products over indirection tables, for one image and one group. x
 * is [H, W, C], dy and y are [P, Q, K]. Each entry of a list is a class of rows with the same
 * steps.
 */
public final class ConvTables {
  private final Conv2d.Spec spec;
  private final int channels;
  private final int filters;

  /** Tables of a problem. */
  public ConvTables(Conv2d.Spec spec) {
    this.spec = spec;
    channels = spec.c() / spec.groups();
    filters = spec.k() / spec.groups();
  }

  private int inputAt(int output, int tap, int stride, int dilation, int pad, int size) {
    int position = output * stride - pad + tap * dilation;
    return position >= 0 && position < size ? position : AxisClass.Meeting.NOWHERE;
  }

  private int inputRow(int p, int r) {
    return inputAt(p, r, spec.strideH(), spec.dilationH(), spec.padTop(), spec.h());
  }

  private int inputColumn(int q, int s) {
    return inputAt(q, s, spec.strideW(), spec.dilationW(), spec.padLeft(), spec.w());
  }

  private static int outputAt(int input, int tap, int stride, int dilation, int pad, int size) {
    int distance = input + pad - tap * dilation;
    boolean meets = distance >= 0 && distance % stride == 0 && distance / stride < size;
    return meets ? distance / stride : AxisClass.Meeting.NOWHERE;
  }

  /** Output pixels as rows, taps and channels as steps. B is [r, s, c] rows, {@code lead} apart. */
  public List<IndirectTables> forward(int lead) {
    return combine(
        AxisClass.of(spec.p(), spec.r(), this::inputRow),
        AxisClass.of(spec.q(), spec.s(), this::inputColumn),
        new Operands(spec.w() * spec.c(), spec.c(), spec.q() * spec.k(), spec.k()),
        (r, s) -> (r * spec.s() + s) * channels * lead,
        channels,
        lead);
  }

  /** Input pixels as rows, taps and filters as steps. B is [k, r, s] rows, {@code lead} apart. */
  public List<IndirectTables> backwardData(int lead) {
    int taps = spec.r() * spec.s();
    return combine(
        AxisClass.of(
            spec.h(),
            spec.r(),
            (h, r) -> outputAt(h, r, spec.strideH(), spec.dilationH(), spec.padTop(), spec.p())),
        AxisClass.of(
            spec.w(),
            spec.s(),
            (w, s) -> outputAt(w, s, spec.strideW(), spec.dilationW(), spec.padLeft(), spec.q())),
        new Operands(spec.q() * spec.k(), spec.k(), spec.w() * spec.c(), spec.c()),
        (r, s) -> (r * spec.s() + s) * lead,
        filters,
        taps * lead);
  }

  /**
   * Strides of A and C along an image's rows and columns.
   *
   * @param rowA elements between rows of A's image
   * @param columnA elements between its columns
   * @param rowC elements between rows of C's image
   * @param columnC elements between its columns
   */
  private record Operands(int rowA, int columnA, int rowC, int columnC) {}

  /** Where in B a tap begins. */
  private interface TapOffset {
    int of(int r, int s);
  }

  private static List<IndirectTables> combine(
      List<AxisClass> rows,
      List<AxisClass> columns,
      Operands operands,
      TapOffset tapOffset,
      int depth,
      int depthStrideB) {
    List<IndirectTables> tables = new ArrayList<>();
    for (AxisClass row : rows) {
      for (AxisClass column : columns) {
        tables.add(
            new IndirectTables(
                grid(row.bases(), operands.rowA(), column.bases(), operands.columnA()),
                grid(row.members(), operands.rowC(), column.members(), operands.columnC()),
                taps(row, column, operands, tapOffset, depth, depthStrideB)));
      }
    }
    return tables;
  }

  private static int[] grid(int[] outer, int outerStride, int[] inner, int innerStride) {
    int[] grid = new int[outer.length * inner.length];
    int i = 0;
    for (int row : outer) {
      for (int column : inner) {
        grid[i++] = row * outerStride + column * innerStride;
      }
    }
    return grid;
  }

  private static int[] taps(
      AxisClass row,
      AxisClass column,
      Operands operands,
      TapOffset tapOffset,
      int depth,
      int depthStrideB) {
    int[] steps = new int[2 * row.partners().length * column.partners().length * depth];
    int i = 0;
    for (int r = 0; r < row.partners().length; r++) {
      for (int s = 0; s < column.partners().length; s++) {
        int a = row.offsets()[r] * operands.rowA() + column.offsets()[s] * operands.columnA();
        int b = tapOffset.of(row.partners()[r], column.partners()[s]);
        for (int d = 0; d < depth; d++) {
          steps[i++] = a + d;
          steps[i++] = b + d * depthStrideB;
        }
      }
    }
    return steps;
  }

  /**
   * Taps and channels as rows, output pixels as steps. A is x, B is dy, its pixels {@code leadB}
   * apart, C is [r, s, c] rows, {@code lead} apart.
   */
  public List<IndirectTables> backwardFilter(int leadB, int lead) {
    List<IndirectTables> tables = new ArrayList<>();
    for (AxisClass row : AxisClass.of(spec.r(), spec.p(), (r, p) -> inputRow(p, r))) {
      for (AxisClass column : AxisClass.of(spec.s(), spec.q(), (s, q) -> inputColumn(q, s))) {
        tables.add(
            new IndirectTables(
                eachChannel(grid(row.bases(), spec.w() * spec.c(), column.bases(), spec.c()), 1),
                eachChannel(
                    grid(
                        row.members(),
                        spec.s() * channels * lead,
                        column.members(),
                        channels * lead),
                    lead),
                pixels(row, column, leadB)));
      }
    }
    return tables;
  }

  private int[] eachChannel(int[] table, int stride) {
    int[] channelTable = new int[table.length * channels];
    for (int i = 0; i < table.length; i++) {
      for (int c = 0; c < channels; c++) {
        channelTable[i * channels + c] = table[i] + c * stride;
      }
    }
    return channelTable;
  }

  private int[] pixels(AxisClass row, AxisClass column, int leadB) {
    int[] steps = new int[2 * row.partners().length * column.partners().length];
    int i = 0;
    for (int p = 0; p < row.partners().length; p++) {
      for (int q = 0; q < column.partners().length; q++) {
        steps[i++] = row.offsets()[p] * spec.w() * spec.c() + column.offsets()[q] * spec.c();
        steps[i++] = (row.partners()[p] * spec.q() + column.partners()[q]) * leadB;
      }
    }
    return steps;
  }
}
