package dev.quern.cpu;

import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/**
 * Writes {@link Tile} classes. A tile must be unrolled and keep every accumulator in a local
 * variable of its own, or the compiler will not keep it in a register; so there is one class a
 * shape, written here instead of by hand. In Java a tile of one row and one vector would read
 *
 * <pre>
 * long row0 = a + 4L * rows[row];
 * V sum00 = zero();
 * for (int k = 0; k &lt; steps.length; k += 2) {
 *   long stepA = 4L * steps[k];
 *   long stepB = b + 4L * steps[k + 1];
 *   V b0 = load(stepB);
 *   V a0 = broadcast(row0 + stepA);
 *   sum00 = multiplyAdd(a0, b0, sum00);
 * }
 * store(sum00, c + 4L * outs[row]);
 * </pre>
 *
 * <p>with {@code V} being {@code FloatVector} and the operations those of {@link VectorCode}.
 *
 * @param shape what to generate
 */
record VectorTileGenerator(TileShape shape) {

  private static final ClassDesc INTS = CD_int.arrayType();
  private static final MethodTypeDesc RUN =
      MethodTypeDesc.of(
          CD_int, CD_long, INTS, CD_long, INTS, CD_long, INTS, CD_int, CD_long, CD_int, CD_float,
          CD_float, CD_long, CD_int);

  // Local variables of the parameters, in the order of Tile.run; longs take two.
  private static final int A = 1;
  private static final int ROWS = 3;
  private static final int B = 4;
  private static final int STEPS = 6;
  private static final int C = 7;
  private static final int OUTS = 9;
  private static final int ROW = 10;
  private static final int BIAS = 11;
  private static final int LAST_LANES = 13;
  private static final int ALPHA = 14;
  private static final int BETA = 15;
  private static final int AHEAD = 16;
  private static final int AHEAD_STEP = 18;

  /** Writes, loads and instantiates the tile. */
  Tile generate() {
    return HiddenClass.implementing(
        Tile.class, "GeneratedTile" + shape.hashCode(), RUN, code -> new Body(code).emit());
  }

  /** One {@code run} method being written. */
  private final class Body {
    private final CodeBuilder code;
    private final VectorCode vectors;
    private final int[] rowAddress;
    private final int[][] sums;
    private final int[] rowOfB;
    private final int[] element;
    private final int mask;
    private final int stepA;
    private final int stepB;
    private final int k;
    private final int seen;

    Body(CodeBuilder code) {
      this.code = code;
      vectors = new VectorCode(code);
      rowAddress = new int[shape.rows()];
      sums = new int[shape.rows()][shape.vectors()];
      rowOfB = new int[shape.vectors()];
      for (int i = 0; i < shape.rows(); i++) {
        rowAddress[i] = code.allocateLocal(TypeKind.LONG);
        for (int j = 0; j < shape.vectors(); j++) {
          sums[i][j] = code.allocateLocal(TypeKind.REFERENCE);
        }
      }
      for (int j = 0; j < shape.vectors(); j++) {
        rowOfB[j] = code.allocateLocal(TypeKind.REFERENCE);
      }
      element =
          new int[] {
            code.allocateLocal(TypeKind.REFERENCE), code.allocateLocal(TypeKind.REFERENCE)
          };
      mask = code.allocateLocal(TypeKind.REFERENCE);
      stepA = code.allocateLocal(TypeKind.LONG);
      stepB = code.allocateLocal(TypeKind.LONG);
      k = code.allocateLocal(TypeKind.INT);
      seen = code.allocateLocal(TypeKind.INT);
    }

    void emit() {
      for (int i = 0; i < shape.rows(); i++) {
        address(A, ROWS, i);
        vectors.showInside();
        code.lstore(rowAddress[i]);
      }
      startSums();
      sumOverSteps();
      if (shape.masked()) {
        vectors.firstLanes(push -> push.iload(LAST_LANES));
        code.astore(mask);
      }
      for (int i = 0; i < shape.rows(); i++) {
        address(C, OUTS, i);
        vectors.showInside();
        code.lstore(rowAddress[i]); // the row of A is no longer needed
        for (int j = 0; j < shape.vectors(); j++) {
          end(i, j);
        }
      }
      vectors.returnPastQuickCompiler(STEPS, seen);
    }

    private void startSums() {
      for (int j = 0; j < shape.vectors(); j++) {
        if (shape.ending().startsFromBias()) {
          vectors.load(vectorAt(BIAS, j));
        } else {
          vectors.zero();
        }
        code.astore(sums[0][j]);
        for (int i = 1; i < shape.rows(); i++) {
          code.aload(sums[0][j]).astore(sums[i][j]);
        }
      }
    }

    private void sumOverSteps() {
      code.iconst_0().istore(seen);
      code.iconst_0().istore(k);
      var test = code.newLabel();
      var done = code.newLabel();
      code.labelBinding(test).iload(k).aload(STEPS).arraylength().if_icmpge(done);
      code.aload(STEPS).iload(k).iaload();
      stepToBytes();
      code.lstore(stepA).lload(B);
      vectors.showInside();
      code.aload(STEPS).iload(k).iconst_1().iadd().iaload();
      stepToBytes();
      code.ladd().lstore(stepB);
      for (int j = 0; j < shape.vectors(); j++) {
        vectors.load(vectorAt(stepB, j));
        code.astore(rowOfB[j]);
      }
      if (shape.ahead()) {
        readAhead();
      }
      readA(0);
      for (int i = 0; i < shape.rows(); i++) {
        if (i + 1 < shape.rows()) {
          readA(i + 1); // early, for the compiler's sake: see VectorTileSet.maxRows
        }
        for (int j = 0; j < shape.vectors(); j++) {
          code.aload(element[i % 2]).aload(rowOfB[j]).aload(sums[i][j]);
          vectors.multiplyAdd();
          code.astore(sums[i][j]);
        }
      }
      code.iinc(k, 2).goto_(test).labelBinding(done);
    }

    private void readAhead() {
      code.iload(seen);
      vectors.loadInt(push -> push.lload(AHEAD));
      code.ior().istore(seen);
      code.lload(AHEAD).iload(AHEAD_STEP).i2l().ladd().lstore(AHEAD);
    }

    private void readA(int i) {
      vectors.broadcastFrom(push -> push.lload(rowAddress[i]).lload(stepA).ladd());
      code.astore(element[i % 2]);
    }

    private void end(int i, int j) {
      TileShape.Ending ending = shape.ending();
      code.aload(sums[i][j]);
      if (ending.scales()) {
        vectors.scale(push -> push.fload(ALPHA));
      }
      if (ending.blends()) {
        vectors.addScaled(vectorAt(rowAddress[i], j), push -> push.fload(BETA));
      }
      if (ending.biased() && !ending.startsFromBias()) {
        vectors.load(vectorAt(BIAS, j));
        vectors.add();
      }
      if (ending.relu()) {
        vectors.relu();
      }
      if (shape.masked() && j == shape.vectors() - 1) {
        vectors.store(vectorAt(rowAddress[i], j), push -> push.aload(mask));
      } else {
        vectors.store(vectorAt(rowAddress[i], j));
      }
    }

    /** Pushes {@code base + 4 * table[row + i]}. */
    private void address(int base, int table, int i) {
      code.lload(base).aload(table).iload(ROW).loadConstant(i).iadd().iaload();
      toBytes();
      code.ladd();
    }

    /** Turns an int of elements into a long of bytes. */
    private void toBytes() {
      code.i2l().iconst_2().lshl();
    }

    /** The same for what is not negative; of an unsigned number the compiler knows that. */
    private void stepToBytes() {
      code.i2l().loadConstant(0xFFFFFFFFL).land().iconst_2().lshl();
    }

    /** Pushes the address of the j-th vector behind an address in a local variable. */
    private VectorCode.Push vectorAt(int local, int j) {
      long distance = (long) j * VectorWidth.BYTES;
      return j == 0
          ? push -> push.lload(local)
          : push -> push.lload(local).loadConstant(distance).ladd();
    }
  }
}
