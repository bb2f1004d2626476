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
          CD_void, CD_long, INTS, CD_long, INTS, CD_long, INTS, CD_int, CD_long, CD_int, CD_float,
          CD_float);

  /**
   * More than any address, and far below the end of {@link NativeMemory#ALL}. Addresses of rows are
   * cut to it and steps are unsigned: so the compiler sees that no sum of them can be outside of
   * memory. Otherwise it compares each one with the end, which in vectors of 512 bits goes
   * unnoticed beside the multiplications, but in smaller ones takes longer than they do: with AVX2,
   * one core, 6x2 went from 80 to 110 GFLOP/s of 117, with 128 bits 8x2 from 45 to 58 of 58.
   */
  private static final long ADDRESS_BITS = (1L << 56) - 1;

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
    private final int element;
    private final int mask;
    private final int stepA;
    private final int stepB;
    private final int k;

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
      element = code.allocateLocal(TypeKind.REFERENCE);
      mask = code.allocateLocal(TypeKind.REFERENCE);
      stepA = code.allocateLocal(TypeKind.LONG);
      stepB = code.allocateLocal(TypeKind.LONG);
      k = code.allocateLocal(TypeKind.INT);
    }

    void emit() {
      for (int i = 0; i < shape.rows(); i++) {
        address(A, ROWS, i);
        showInside();
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
        showInside();
        code.lstore(rowAddress[i]); // the row of A is no longer needed
        for (int j = 0; j < shape.vectors(); j++) {
          end(i, j);
        }
      }
      returnPastQuickCompiler();
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

    /**
     * Ends the method in a way that HotSpot's quick compiler (C1) refuses: with an exception
     * handler that could also be entered by a branch ("Exception handler can be reached by both
     * normal and exceptional control flow"); here it never is, by either. C1 would spend 100 ms on
     * a tile and give up at its profiling tier for want of virtual registers; worse, when the
     * optimising compiler (C2) is busy, it succeeds at the tier below, and HotSpot then never gets
     * from there to C2: the tile stays forty times too slow for ever. Refused at once, tiles go
     * from the interpreter straight to C2.
     */
    private void returnPastQuickCompiler() {
      var from = code.newLabel();
      var to = code.newLabel();
      var handler = code.newLabel();
      var done = code.newLabel();
      code.labelBinding(from).aload(STEPS).arraylength().pop().labelBinding(to);
      code.aload(STEPS).ifnonnull(done);
      code.aconst_null().labelBinding(handler).pop();
      code.labelBinding(done).return_();
      code.exceptionCatchAll(from, to, handler);
    }

    private void sumOverSteps() {
      code.iconst_0().istore(k);
      var test = code.newLabel();
      var done = code.newLabel();
      code.labelBinding(test).iload(k).aload(STEPS).arraylength().if_icmpge(done);
      code.aload(STEPS).iload(k).iaload();
      stepToBytes();
      code.lstore(stepA).lload(B);
      showInside();
      code.aload(STEPS).iload(k).iconst_1().iadd().iaload();
      stepToBytes();
      code.ladd().lstore(stepB);
      for (int j = 0; j < shape.vectors(); j++) {
        vectors.load(vectorAt(stepB, j));
        code.astore(rowOfB[j]);
      }
      for (int i = 0; i < shape.rows(); i++) {
        int rowOfA = rowAddress[i];
        vectors.broadcastFrom(push -> push.lload(rowOfA).lload(stepA).ladd());
        code.astore(element);
        for (int j = 0; j < shape.vectors(); j++) {
          code.aload(element).aload(rowOfB[j]).aload(sums[i][j]);
          vectors.multiplyAdd();
          code.astore(sums[i][j]);
        }
      }
      code.iinc(k, 2).goto_(test).labelBinding(done);
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

    /** (address) to the same address, of which the compiler now knows how large it can be. */
    private void showInside() {
      code.loadConstant(ADDRESS_BITS).land();
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
