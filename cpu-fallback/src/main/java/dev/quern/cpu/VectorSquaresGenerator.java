package dev.quern.cpu;

import static dev.quern.cpu.Squares.SIDE;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.MethodTypeDesc;

/**
 * Writes the loop over squares of {@link VectorSquares}: blocks of four, two and one change places
 * across the diagonal, as in Eklundh, "A Fast Computer Method for Matrix Transposing", 1972; every
 * vector in a local variable of its own.
 *
 * <p>Generated, because 80 operations of vectors are one of the methods that HotSpot never gets
 * from its quick compiler to the better one (see {@link VectorCode#returnPastQuickCompiler}):
 * written by hand, in every second process filters were transposed by code that was never compiled
 * well.
 */
final class VectorSquaresGenerator {
  private static final MethodTypeDesc RUN =
      MethodTypeDesc.of(CD_void, CD_long, CD_long, CD_long, CD_long, CD_int);

  // Local variables of the parameters, in the order of Loop.run; longs take two.
  private static final int SOURCE = 1;
  private static final int READ = 3;
  private static final int TARGET = 5;
  private static final int WRITE = 7;
  private static final int COUNT = 9;

  /** Writes, loads and instantiates the loop. */
  VectorSquares.Loop generate() {
    return HiddenClass.implementing(
        VectorSquares.Loop.class, "GeneratedSquares", RUN, code -> new Body(code).emit());
  }

  /** The {@code run} method being written. */
  private static final class Body {
    private final CodeBuilder code;
    private final VectorCode vectors;
    private final int[] rows = new int[SIDE];
    private final int address;
    private final int square;
    private final int array;

    Body(CodeBuilder code) {
      this.code = code;
      vectors = new VectorCode(code);
      for (int i = 0; i < SIDE; i++) {
        rows[i] = code.allocateLocal(TypeKind.REFERENCE);
      }
      address = code.allocateLocal(TypeKind.LONG);
      square = code.allocateLocal(TypeKind.INT);
      array = code.allocateLocal(TypeKind.REFERENCE);
    }

    void emit() {
      code.iconst_0().istore(square);
      var test = code.newLabel();
      var done = code.newLabel();
      code.labelBinding(test).iload(square).iload(COUNT).if_icmpge(done);
      load();
      for (int distance = SIDE / 2; distance > 0; distance /= 2) {
        exchange(distance);
      }
      store();
      code.iinc(square, 1).goto_(test).labelBinding(done);
      code.iconst_0().newarray(TypeKind.INT).astore(array);
      vectors.returnPastQuickCompiler(array);
    }

    /** The rows of the next square; the one below it is read next. */
    private void load() {
      for (int i = 0; i < SIDE; i++) {
        vectors.load(push -> push.lload(SOURCE));
        code.astore(rows[i]);
        code.lload(SOURCE).lload(READ).ladd().lstore(SOURCE);
      }
    }

    /** The last lanes of each row change places with the first ones of the row so far below it. */
    private void exchange(int distance) {
      for (int i = 0; i < SIDE; i++) {
        if ((i & distance) == 0) {
          int above = rows[i];
          int below = rows[i + distance];
          code.aload(above).aload(below);
          vectors.rearrange("BY_" + distance);
          vectors.blend("LAST_" + distance);
          code.aload(above);
          vectors.rearrange("BY_" + distance);
          code.aload(below);
          vectors.blend("LAST_" + distance);
          code.astore(below).astore(above);
        }
      }
    }

    /** The second of two squares side by side goes below the first. */
    private void store() {
      code.lload(TARGET).lstore(address);
      if (VectorWidth.LANES == SIDE) {
        for (int i = 0; i < SIDE; i++) {
          code.aload(rows[i]);
          vectors.store(push -> push.lload(address));
          nextLine();
        }
      } else {
        storeLanes("SQUARE_0");
        code.lload(address).loadConstant((long) SIDE * Float.BYTES).lsub().lstore(address);
        storeLanes("SQUARE_1");
      }
      code.lload(TARGET).loadConstant((long) SIDE * Float.BYTES).ladd().lstore(TARGET);
    }

    private void storeLanes(String mask) {
      for (int i = 0; i < SIDE; i++) {
        code.aload(rows[i]);
        vectors.store(push -> push.lload(address), push -> vectors.mask(mask));
        nextLine();
      }
    }

    private void nextLine() {
      code.lload(address).lload(WRITE).ladd().lstore(address);
    }
  }
}
