package dev.quern.cpu;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.MethodTypeDesc;

/**
 * Writes the loop over squares of {@link VectorSquares}: blocks of half a side, a quarter and so on
 * change places across the diagonal, as in Eklundh, "A Fast Computer Method for Matrix
 * Transposing", 1972; every vector in a local variable of its own.
 *
 * <p>With 16 lanes squares have 16 rows, so that each vector is written as a line of the cache. Two
 * squares of eight rows in a vector have fewer exchanges, but half a vector is written under a
 * mask, which C2 makes anew for each: 0.13 ns an element instead of 0.05 in the first-level cache.
 *
 * <p>Generated, because 160 operations of vectors are one of the methods that HotSpot never gets
 * from its quick compiler to the better one (see {@link VectorCode#returnPastQuickCompiler}):
 * written by hand, in every second process filters were transposed by code that was never compiled
 * well.
 */
final class VectorSquaresGenerator {
  private static final int SIDE = VectorWidth.LANES;
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

    /** The rows of a square; the one beside it is read next. */
    private void load() {
      code.lload(SOURCE).lstore(address);
      for (int i = 0; i < SIDE; i++) {
        vectors.load(push -> push.lload(address));
        code.astore(rows[i]);
        below(address, READ);
      }
      code.lload(SOURCE).loadConstant((long) SIDE * Float.BYTES).ladd().lstore(SOURCE);
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

    /** The square transposed; the next one goes below it. */
    private void store() {
      for (int i = 0; i < SIDE; i++) {
        code.aload(rows[i]);
        vectors.store(push -> push.lload(TARGET));
        below(TARGET, WRITE);
      }
    }

    private void below(int address, int stride) {
      code.lload(address).lload(stride).ladd();
      vectors.showInside();
      code.lstore(address);
    }
  }
}
