package dev.quern.cpu;

import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/**
 * Writes {@link HeldFilters} over vectors. In Java a window of a single tap would read
 *
 * <pre>
 * V w0 = load(w, from);
 * V start = load(w, from + LANES);
 * int line0 = 0;
 * for (int row = 0; row &lt; rows; row++) {
 *   for (int q = 0; q &lt; columns; q++) {
 *     V x0 = broadcast(x[line0 + q * STEP]);
 *     V sum = multiplyAdd(x0, w0, start);
 *     store(sum, y);
 *     y += pixel;
 *   }
 *   line0 += next;
 * }
 * </pre>
 *
 * <p>with {@code V} being {@code FloatVector} and the operations those of {@link VectorCode}.
 *
 * @param shape what to generate
 */
record VectorHeldGenerator(HeldShape shape) {
  private static final ClassDesc FLOATS = CD_float.arrayType();
  private static final MethodTypeDesc RUN =
      MethodTypeDesc.of(
          CD_void, FLOATS, CD_int, CD_int, CD_int, CD_int, FLOATS, CD_int, CD_long, CD_long);

  // Local variables of the parameters, in the order of HeldFilters.run; longs take two.
  private static final int X = 1;
  private static final int LINE = 2;
  private static final int NEXT = 3;
  private static final int ROWS = 4;
  private static final int COLUMNS = 5;
  private static final int W = 6;
  private static final int FROM = 7;
  private static final int Y = 8;
  private static final int PIXEL = 10;

  /** Writes, loads and instantiates the loop. */
  HeldFilters generate() {
    return HiddenClass.implementing(
        HeldFilters.class,
        "GeneratedHeldFilters" + shape.hashCode(),
        RUN,
        code -> new Body(code).emit());
  }

  /** One {@code run} method being written. */
  private final class Body {
    private final CodeBuilder code;
    private final VectorCode vectors;
    private final int[][] filters;
    private final int[] starts;
    private final int[] sums;
    private final int[] lines;
    private final int element;
    private final int row;
    private final int q;

    Body(CodeBuilder code) {
      this.code = code;
      vectors = new VectorCode(code);
      filters = new int[shape.taps()][];
      for (int tap = 0; tap < filters.length; tap++) {
        filters[tap] = locals(TypeKind.REFERENCE, shape.vectors());
      }
      starts = locals(TypeKind.REFERENCE, shape.vectors());
      sums = locals(TypeKind.REFERENCE, shape.vectors());
      lines = locals(TypeKind.INT, shape.r());
      element = code.allocateLocal(TypeKind.REFERENCE);
      row = code.allocateLocal(TypeKind.INT);
      q = code.allocateLocal(TypeKind.INT);
    }

    private int[] locals(TypeKind kind, int count) {
      int[] locals = new int[count];
      for (int i = 0; i < count; i++) {
        locals[i] = code.allocateLocal(kind);
      }
      return locals;
    }

    void emit() {
      for (int tap = 0; tap < filters.length; tap++) {
        loadRow(tap, filters[tap]);
      }
      loadRow(shape.taps(), starts);
      for (int i = 0; i < lines.length; i++) {
        code.iload(LINE).loadConstant(i).imul().istore(lines[i]);
      }
      count(row, ROWS, this::goOverRow);
      vectors.returnPastQuickCompiler(W);
    }

    private void goOverRow() {
      count(q, COLUMNS, this::goOverWindow);
      for (int line : lines) {
        code.iload(line).iload(NEXT).iadd().istore(line);
      }
    }

    private void goOverWindow() {
      for (int tap = 0; tap < filters.length; tap++) {
        multiplyAdd(tap);
      }
      for (int j = 0; j < shape.vectors(); j++) {
        code.aload(sums[j]);
        if (shape.finite()) {
          vectors.reluOfNumbers();
        } else if (shape.relu()) {
          vectors.relu();
        }
        vectors.store(pixel(j));
      }
      code.lload(Y).lload(PIXEL).ladd().lstore(Y);
    }

    private void multiplyAdd(int tap) {
      int line = lines[shape.line(tap)];
      int offset = shape.offset(tap);
      vectors.broadcastElement(
          X,
          push ->
              push.iload(line)
                  .iload(q)
                  .loadConstant(shape.step())
                  .imul()
                  .iadd()
                  .loadConstant(offset)
                  .iadd());
      code.astore(element);
      for (int j = 0; j < shape.vectors(); j++) {
        int filter = filters[tap][j];
        code.aload(element).aload(filter).aload(tap == 0 ? starts[j] : sums[j]);
        vectors.multiplyAdd();
        code.astore(sums[j]);
      }
    }

    private void loadRow(int tap, int[] locals) {
      for (int j = 0; j < locals.length; j++) {
        vectors.loadFrom(W, inRow(tap, j));
        code.astore(locals[j]);
      }
    }

    /** Pushes where the j-th vector of a tap's row is. */
    private VectorCode.Push inRow(int tap, int j) {
      int distance = (tap * shape.vectors() + j) * VectorWidth.LANES;
      return push -> push.iload(FROM).loadConstant(distance).iadd();
    }

    /** Pushes the address of the j-th vector of a window's outputs. */
    private VectorCode.Push pixel(int j) {
      long distance = (long) j * VectorWidth.BYTES;
      return push -> {
        push.lload(Y);
        vectors.showInside();
        push.loadConstant(distance).ladd();
      };
    }

    /** Runs a body with a counter from 0 to an end. */
    private void count(int counter, int end, Runnable body) {
      var test = code.newLabel();
      var done = code.newLabel();
      code.iconst_0().istore(counter);
      code.labelBinding(test).iload(counter).iload(end).if_icmpge(done);
      body.run();
      code.iinc(counter, 1).goto_(test).labelBinding(done);
    }
  }
}
