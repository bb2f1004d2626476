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
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Tiles of vectors of the width that {@link VectorWidth} settled on. */
record VectorLaneCode() implements LaneCode {
  private static final ClassDesc FLOATS = describe(FloatVector.class);
  private static final ClassDesc VECTOR = describe(Vector.class);
  private static final ClassDesc MASK = describe(VectorMask.class);
  private static final ClassDesc SPECIES = describe(VectorSpecies.class);
  private static final ClassDesc SEGMENT = describe(MemorySegment.class);
  private static final ClassDesc ORDER = describe(ByteOrder.class);
  private static final ClassDesc OPERATORS = describe(VectorOperators.class);
  private static final ClassDesc COMPARISON = describe(VectorOperators.Comparison.class);
  private static final ClassDesc FLOAT_LAYOUT = describe(ValueLayout.OfFloat.class);

  private static ClassDesc describe(Class<?> type) {
    return type.describeConstable().orElseThrow();
  }

  @Override
  public TypeKind kind() {
    return TypeKind.REFERENCE;
  }

  @Override
  public int lanes() {
    return VectorWidth.FLOATS.length();
  }

  @Override
  public void zero(CodeBuilder code) {
    species(code);
    code.invokestatic(FLOATS, "zero", MethodTypeDesc.of(FLOATS, SPECIES));
  }

  @Override
  public void load(CodeBuilder code, Push address) {
    species(code);
    memory(code);
    address.accept(code);
    order(code);
    code.invokestatic(
        FLOATS,
        "fromMemorySegment",
        MethodTypeDesc.of(FLOATS, SPECIES, SEGMENT, CD_long, ORDER));
  }

  @Override
  public void broadcast(CodeBuilder code, Push address) {
    species(code);
    memory(code);
    code.getstatic(describe(ValueLayout.class), "JAVA_FLOAT_UNALIGNED", FLOAT_LAYOUT);
    address.accept(code);
    code.invokeinterface(SEGMENT, "get", MethodTypeDesc.of(CD_float, FLOAT_LAYOUT, CD_long));
    code.invokestatic(FLOATS, "broadcast", MethodTypeDesc.of(FLOATS, SPECIES, CD_float));
  }

  @Override
  public void multiplyAdd(CodeBuilder code) {
    code.invokevirtual(FLOATS, "fma", MethodTypeDesc.of(FLOATS, VECTOR, VECTOR));
  }

  @Override
  public void scale(CodeBuilder code, Push factor) {
    factor.accept(code);
    code.invokevirtual(FLOATS, "mul", MethodTypeDesc.of(FLOATS, CD_float));
  }

  @Override
  public void addScaled(CodeBuilder code, Push oldAddress, Push factor) {
    int value = code.allocateLocal(TypeKind.REFERENCE);
    code.astore(value);
    load(code, oldAddress);
    species(code);
    factor.accept(code);
    code.invokestatic(FLOATS, "broadcast", MethodTypeDesc.of(FLOATS, SPECIES, CD_float));
    code.aload(value);
    multiplyAdd(code);
  }

  @Override
  public void add(CodeBuilder code) {
    code.invokevirtual(FLOATS, "add", MethodTypeDesc.of(FLOATS, VECTOR));
  }

  /** Compare and blend instead of {@code max(0)}: as fast, and a NaN of either sign stays one. */
  @Override
  public void relu(CodeBuilder code) {
    int mask = code.allocateLocal(TypeKind.REFERENCE);
    code.dup().getstatic(OPERATORS, "LT", COMPARISON).fconst_0();
    code.invokevirtual(FLOATS, "compare", MethodTypeDesc.of(MASK, COMPARISON, CD_float));
    code.astore(mask).fconst_0().aload(mask);
    code.invokevirtual(FLOATS, "blend", MethodTypeDesc.of(FLOATS, CD_float, MASK));
  }

  @Override
  public void store(CodeBuilder code, Push address) {
    memory(code);
    address.accept(code);
    order(code);
    code.invokevirtual(
        FLOATS, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
  }

  @Override
  public void storeFirst(CodeBuilder code, Push address, Push lanes) {
    memory(code);
    address.accept(code);
    order(code);
    species(code);
    code.iconst_0();
    lanes.accept(code);
    code.invokeinterface(SPECIES, "indexInRange", MethodTypeDesc.of(MASK, CD_int, CD_int));
    code.invokevirtual(
        FLOATS, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER, MASK));
  }

  private static void species(CodeBuilder code) {
    LaneCode.constant(code, VectorWidth.class, "FLOATS", SPECIES);
  }

  private static void memory(CodeBuilder code) {
    LaneCode.constant(code, NativeMemory.class, "ALL", SEGMENT);
  }

  private static void order(CodeBuilder code) {
    LaneCode.constant(code, NativeMemory.class, "ORDER", ORDER);
  }
}
