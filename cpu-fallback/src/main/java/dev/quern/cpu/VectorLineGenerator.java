package dev.quern.cpu;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Writes {@link LineTransform} classes: the loop over lines with the matrix multiplied out, every
 * input and every factor in a local variable of its own. Factors of 0 cost nothing, those of 1 and
 * -1 an addition.
 *
 * @param shape what to generate
 */
record VectorLineGenerator(LineShape shape) {

  private static final ClassDesc LONGS = CD_long.arrayType();
  private static final MethodTypeDesc RUN =
      MethodTypeDesc.of(CD_void, CD_long, LONGS, CD_long, LONGS, CD_int, CD_long);

  // Local variables of the parameters, in the order of LineTransform.run; longs take two.
  private static final int SOURCE = 1;
  private static final int FROM = 3;
  private static final int TARGET = 4;
  private static final int TO = 6;
  private static final int LINES = 7;
  private static final int BIAS = 8;

  /** Writes, loads and instantiates the transform. */
  LineTransform generate() {
    return HiddenClass.implementing(
        LineTransform.class, "GeneratedTransform", RUN, code -> new Body(code).emit());
  }

  /** One {@code run} method being written. */
  private final class Body {
    private final CodeBuilder code;
    private final VectorCode vectors;
    private final int inputs = shape.matrix().inputs();
    private final int outputs = shape.matrix().outputs();
    private final Map<Float, Integer> factors = new HashMap<>();
    private final int[] line = new int[inputs];
    private final int bias;
    private final int address;
    private final int l;

    Body(CodeBuilder code) {
      this.code = code;
      vectors = new VectorCode(code);
      for (int j = 0; j < inputs; j++) {
        line[j] = code.allocateLocal(TypeKind.REFERENCE);
      }
      bias = code.allocateLocal(TypeKind.REFERENCE);
      address = code.allocateLocal(TypeKind.LONG);
      l = code.allocateLocal(TypeKind.INT);
    }

    void emit() {
      loadFactors();
      if (shape.biased()) {
        vectors.load(push -> push.lload(BIAS));
        code.astore(bias);
      }
      code.iconst_0().istore(l);
      var test = code.newLabel();
      var done = code.newLabel();
      code.labelBinding(test).iload(l).iload(LINES).if_icmpge(done);
      for (int j = 0; j < inputs; j++) {
        address(SOURCE, FROM, inputs, j);
        vectors.load(push -> push.lload(address));
        code.astore(line[j]);
      }
      for (int i = 0; i < outputs; i++) {
        address(TARGET, TO, outputs, i);
        sum(i);
        end();
        vectors.store(push -> push.lload(address));
      }
      code.iinc(l, 1).goto_(test).labelBinding(done).return_();
    }

    /** Vectors of the factors that are multiplied by. */
    private void loadFactors() {
      for (int i = 0; i < outputs; i++) {
        for (int j = 0; j < inputs; j++) {
          float factor = shape.matrix().at(i, j);
          if (factor != 0 && !factors.containsKey(factor)) {
            int local = code.allocateLocal(TypeKind.REFERENCE);
            vectors.broadcast(push -> push.loadConstant(factor));
            code.astore(local);
            factors.put(factor, local);
          }
        }
      }
    }

    private int vectorOf(float factor) {
      return Objects.requireNonNull(factors.get(factor));
    }

    /** Stores {@code base + table[l * count + i]}. */
    private void address(int base, int table, int count, int i) {
      code.lload(base).aload(table).iload(l).loadConstant(count).imul();
      code.loadConstant(i).iadd().laload().ladd().lstore(address);
    }

    /** Pushes an output. */
    private void sum(int i) {
      boolean started = false;
      for (int j = 0; j < inputs; j++) {
        float factor = shape.matrix().at(i, j);
        if (factor == 0) {
          continue;
        }
        if (!started) {
          start(factor, line[j]);
        } else {
          add(factor, line[j]);
        }
        started = true;
      }
      if (!started) {
        vectors.zero();
      }
    }

    private void start(float factor, int input) {
      code.aload(input);
      if (factor != 1) {
        code.aload(vectorOf(factor));
        vectors.multiply();
      }
    }

    /** (sum) to sum + factor * input. */
    private void add(float factor, int input) {
      if (factor == 1) {
        code.aload(input);
        vectors.add();
      } else if (factor == -1) {
        code.aload(input);
        vectors.subtract();
      } else {
        int sum = code.allocateLocal(TypeKind.REFERENCE);
        code.astore(sum).aload(vectorOf(factor)).aload(input).aload(sum);
        vectors.multiplyAdd();
      }
    }

    private void end() {
      if (shape.adds()) {
        vectors.load(push -> push.lload(address));
        vectors.add();
      }
      if (shape.biased()) {
        code.aload(bias);
        vectors.add();
      }
      if (shape.relu()) {
        vectors.relu();
      }
    }
  }
}
