package dev.quern.cpu;

import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The bytecode of the operations that a {@link Tile} and the like are made of. Operands are on the
 * stack; each method says which.
 *
 * <p>The JDK is called directly, with no helper of ours in between: the compiler inlines up to
 * 8,000 bytecodes into a method (DesiredMethodLimit) and makes exceptions only for the JDK's own
 * {@code @ForceInline}; a tile of 24 accumulators is over that.
 *
 * @param code receives the bytecode
 */
record VectorCode(CodeBuilder code) {

  /**
   * More than any address, and far below the end of {@link NativeMemory#ALL}. Addresses of rows are
   * cut to it and steps are unsigned: so the compiler sees that no sum of them can be outside of
   * memory. Otherwise it compares each one with the end, which in vectors of 512 bits goes
   * unnoticed beside the multiplications, but in smaller ones takes longer than they do: with AVX2,
   * one core, 6x2 went from 80 to 110 GFLOP/s of 117, with 128 bits 8x2 from 45 to 58 of 58.
   */
  private static final long ADDRESS_BITS = (1L << 56) - 1;

  /** Writes code that pushes a value. */
  interface Push extends Consumer<CodeBuilder> {}

  private static final ClassDesc FLOATS = describe(FloatVector.class);
  private static final ClassDesc INTS = describe(IntVector.class);
  private static final ClassDesc ARRAY = CD_float.arrayType();
  private static final ClassDesc VECTOR = describe(Vector.class);
  private static final ClassDesc MASK = describe(VectorMask.class);
  private static final ClassDesc SHUFFLE = describe(VectorShuffle.class);
  private static final ClassDesc SQUARES = describe(VectorSquares.class);
  private static final ClassDesc SPECIES = describe(VectorSpecies.class);
  private static final ClassDesc SEGMENT = describe(MemorySegment.class);
  private static final ClassDesc ORDER = describe(ByteOrder.class);
  private static final ClassDesc OPERATORS = describe(VectorOperators.class);
  private static final ClassDesc COMPARISON = describe(VectorOperators.Comparison.class);
  private static final ClassDesc INT_LAYOUT = describe(ValueLayout.OfInt.class);
  private static final ClassDesc FLOAT_LAYOUT = describe(ValueLayout.OfFloat.class);

  private static ClassDesc describe(Class<?> type) {
    return type.describeConstable().orElseThrow();
  }

  /** () to 0. */
  void zero() {
    species();
    code.invokestatic(FLOATS, "zero", MethodTypeDesc.of(FLOATS, SPECIES));
  }

  /** () to the vector at an address. */
  void load(Push address) {
    species();
    memory();
    address.accept(code);
    order();
    code.invokestatic(
        FLOATS, "fromMemorySegment", MethodTypeDesc.of(FLOATS, SPECIES, SEGMENT, CD_long, ORDER));
  }

  /** () to a vector whose lanes are all the float at an address. */
  void broadcastFrom(Push address) {
    broadcast(
        push -> {
          memory();
          push.getstatic(describe(ValueLayout.class), "JAVA_FLOAT_UNALIGNED", FLOAT_LAYOUT);
          address.accept(push);
          push.invokeinterface(SEGMENT, "get", MethodTypeDesc.of(CD_float, FLOAT_LAYOUT, CD_long));
        });
  }

  /** () to a vector whose lanes are all a float. */
  void broadcast(Push value) {
    species();
    value.accept(code);
    code.invokestatic(FLOATS, "broadcast", MethodTypeDesc.of(FLOATS, SPECIES, CD_float));
  }

  /** () to a vector whose lanes are all one element of an array. */
  void broadcastElement(int array, Push index) {
    broadcast(
        push -> {
          push.aload(array);
          index.accept(push);
          push.faload();
        });
  }

  /** () to the int at an address. */
  void loadInt(Push address) {
    memory();
    code.getstatic(describe(ValueLayout.class), "JAVA_INT_UNALIGNED", INT_LAYOUT);
    address.accept(code);
    showInside();
    code.invokeinterface(SEGMENT, "get", MethodTypeDesc.of(CD_int, INT_LAYOUT, CD_long));
  }

  /** () to the vector at an element of an array. */
  void loadFrom(int array, Push index) {
    species();
    code.aload(array);
    index.accept(code);
    code.invokestatic(FLOATS, "fromArray", MethodTypeDesc.of(FLOATS, SPECIES, ARRAY, CD_int));
  }

  /** (a, b, sum) to a * b + sum. */
  void multiplyAdd() {
    code.invokevirtual(FLOATS, "fma", MethodTypeDesc.of(FLOATS, VECTOR, VECTOR));
  }

  /** (value) to value * factor, the factor being a float. */
  void scale(Push factor) {
    factor.accept(code);
    code.invokevirtual(FLOATS, "mul", MethodTypeDesc.of(FLOATS, CD_float));
  }

  /** (value) to value + old * factor, the factor being a float. */
  void addScaled(Push oldAddress, Push factor) {
    int value = code.allocateLocal(TypeKind.REFERENCE);
    code.astore(value);
    load(oldAddress);
    broadcast(factor);
    code.aload(value);
    multiplyAdd();
  }

  /** (a, b) to a * b. */
  void multiply() {
    code.invokevirtual(FLOATS, "mul", MethodTypeDesc.of(FLOATS, VECTOR));
  }

  /** (a, b) to a + b. */
  void add() {
    code.invokevirtual(FLOATS, "add", MethodTypeDesc.of(FLOATS, VECTOR));
  }

  /** (a, b) to a - b. */
  void subtract() {
    code.invokevirtual(FLOATS, "sub", MethodTypeDesc.of(FLOATS, VECTOR));
  }

  /**
   * (value) to 0 where it is not above. Compare and blend instead of {@code max(0)}: as fast, and a
   * NaN of either sign stays one.
   */
  void relu() {
    int mask = code.allocateLocal(TypeKind.REFERENCE);
    code.dup().getstatic(OPERATORS, "LE", COMPARISON).fconst_0();
    code.invokevirtual(FLOATS, "compare", MethodTypeDesc.of(MASK, COMPARISON, CD_float));
    code.astore(mask).fconst_0().aload(mask);
    code.invokevirtual(FLOATS, "blend", MethodTypeDesc.of(FLOATS, CD_float, MASK));
  }

  /**
   * (value) to the same as {@link #relu} of values that are not NaN: as integers, numbers below 0
   * and -0 are negative, and so is half of all NaN. Unlike comparisons, a maximum of integers does
   * not take the place of a multiply-add (Zen 4 and 5).
   */
  void reluOfNumbers() {
    code.invokevirtual(FLOATS, "reinterpretAsInts", MethodTypeDesc.of(INTS));
    code.iconst_0().invokevirtual(INTS, "max", MethodTypeDesc.of(INTS, CD_int));
    code.invokevirtual(INTS, "reinterpretAsFloats", MethodTypeDesc.of(FLOATS));
  }

  /** (value) to the value with its lanes in another order, which {@link VectorSquares} names. */
  void rearrange(String shuffle) {
    code.getstatic(SQUARES, shuffle, SHUFFLE);
    code.invokevirtual(FLOATS, "rearrange", MethodTypeDesc.of(FLOATS, SHUFFLE));
  }

  /** (a, b) to the lanes of b that a mask of {@link VectorSquares} has, and the others of a. */
  void blend(String mask) {
    code.getstatic(SQUARES, mask, MASK);
    code.invokevirtual(FLOATS, "blend", MethodTypeDesc.of(FLOATS, VECTOR, MASK));
  }

  /** (value) to (), written to an address. */
  void store(Push address) {
    memory();
    address.accept(code);
    order();
    code.invokevirtual(
        FLOATS, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
  }

  /** () to the mask of a vector's first lanes. */
  void firstLanes(Push lanes) {
    species();
    code.iconst_0();
    lanes.accept(code);
    code.invokeinterface(SPECIES, "indexInRange", MethodTypeDesc.of(MASK, CD_int, CD_int));
  }

  /** (value) to (), the lanes of a mask written to an address. */
  void store(Push address, Push mask) {
    memory();
    address.accept(code);
    order();
    mask.accept(code);
    code.invokevirtual(
        FLOATS, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER, MASK));
  }

  /** (address) to the same address, of which the compiler now knows how large it can be. */
  void showInside() {
    code.loadConstant(ADDRESS_BITS).land();
  }

  /**
   * Ends the method in a way that HotSpot's quick compiler (C1) refuses: with an exception handler
   * that could also be entered by a branch ("Exception handler can be reached by both normal and
   * exceptional control flow"); here it never is, by either. C1 would spend 100 ms on a tile and
   * give up at its profiling tier for want of virtual registers; worse, when the optimising
   * compiler (C2) is busy, it succeeds at the tier below, and HotSpot then never gets from there to
   * C2: the tile stays forty times too slow for ever. Refused at once, tiles go from the
   * interpreter straight to C2.
   *
   * @param array a local variable that holds an array
   */
  void returnPastQuickCompiler(int array) {
    passQuickCompiler(array);
    code.return_();
  }

  /** The same with an int in a local variable as the result. */
  void returnPastQuickCompiler(int array, int result) {
    passQuickCompiler(array);
    code.iload(result).ireturn();
  }

  private void passQuickCompiler(int array) {
    var from = code.newLabel();
    var to = code.newLabel();
    var handler = code.newLabel();
    var done = code.newLabel();
    code.labelBinding(from).aload(array).arraylength().pop().labelBinding(to);
    code.aload(array).ifnonnull(done);
    code.aconst_null().labelBinding(handler).pop();
    code.exceptionCatchAll(from, to, handler);
    code.labelBinding(done);
  }

  private void species() {
    code.getstatic(describe(VectorWidth.class), "FLOATS", SPECIES);
  }

  private void memory() {
    code.getstatic(describe(NativeMemory.class), "ALL", SEGMENT);
  }

  private void order() {
    code.getstatic(describe(NativeMemory.class), "ORDER", ORDER);
  }
}
