package dev.quern.cpu;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.util.function.Consumer;

/**
 * The bytecode of the operations that a {@link Tile} is made of, on values of one kind: vectors or
 * single floats. Operands are on the stack; each method says which.
 *
 * <p>The vector version calls the JDK directly and no helper of ours in between: the compiler inlines
 * up to 8,000 bytecodes into a method (DesiredMethodLimit) and makes exceptions only for the JDK's own
 * {@code @ForceInline}; a tile of 24 accumulators is over that.
 */
interface LaneCode {

  /** Writes code that pushes a long or a value. */
  interface Push extends Consumer<CodeBuilder> {}

  /** How a value lies in local variables. */
  TypeKind kind();

  /** Float32 lanes of a value. */
  int lanes();

  /** () to 0. */
  void zero(CodeBuilder code);

  /** () to the value at an address. */
  void load(CodeBuilder code, Push address);

  /** () to a value whose lanes are all the float at an address. */
  void broadcast(CodeBuilder code, Push address);

  /** (a, b, sum) to a * b + sum. */
  void multiplyAdd(CodeBuilder code);

  /** (value) to value * factor, the factor being a float. */
  void scale(CodeBuilder code, Push factor);

  /** (value) to value + old * factor, the factor being a float. */
  void addScaled(CodeBuilder code, Push oldAddress, Push factor);

  /** (a, b) to a + b. */
  void add(CodeBuilder code);

  /** (value) to 0 where it is negative; NaN stays NaN. */
  void relu(CodeBuilder code);

  /** (value) to (), written to an address. */
  void store(CodeBuilder code, Push address);

  /** (value) to (), its first lanes written to an address. */
  void storeFirst(CodeBuilder code, Push address, Push lanes);

  /** Static constant of this package. */
  static void constant(CodeBuilder code, Class<?> owner, String name, ClassDesc type) {
    code.getstatic(ClassDesc.of(owner.getName()), name, type);
  }
}
