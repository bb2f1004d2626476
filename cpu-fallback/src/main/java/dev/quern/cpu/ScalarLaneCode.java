package dev.quern.cpu;

import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/** Tiles of single floats, for Java without the Vector API. */
record ScalarLaneCode() implements LaneCode {
  private static final ClassDesc MEMORY = ClassDesc.of(NativeMemory.class.getName());

  @Override
  public TypeKind kind() {
    return TypeKind.FLOAT;
  }

  @Override
  public int lanes() {
    return 1;
  }

  @Override
  public void zero(CodeBuilder code) {
    code.fconst_0();
  }

  @Override
  public void load(CodeBuilder code, Push address) {
    address.accept(code);
    code.invokestatic(MEMORY, "getFloat", MethodTypeDesc.of(CD_float, CD_long));
  }

  @Override
  public void broadcast(CodeBuilder code, Push address) {
    load(code, address);
  }

  /** Not {@code Math.fma}: without the instruction it is emulated, a thousand times slower. */
  @Override
  public void multiplyAdd(CodeBuilder code) {
    int sum = code.allocateLocal(TypeKind.FLOAT);
    code.fstore(sum).fmul().fload(sum).fadd();
  }

  @Override
  public void scale(CodeBuilder code, Push factor) {
    factor.accept(code);
    code.fmul();
  }

  @Override
  public void addScaled(CodeBuilder code, Push oldAddress, Push factor) {
    load(code, oldAddress);
    factor.accept(code);
    code.fmul().fadd();
  }

  @Override
  public void add(CodeBuilder code) {
    code.fadd();
  }

  @Override
  public void relu(CodeBuilder code) {
    var keep = code.newLabel();
    code.dup().fconst_0().fcmpl().ifge(keep); // fcmpl gives -1 for NaN: sorted out below
    code.dup().dup().fcmpl().ifne(keep); // NaN is not equal to itself
    code.pop().fconst_0().labelBinding(keep);
  }

  @Override
  public void store(CodeBuilder code, Push address) {
    int value = code.allocateLocal(TypeKind.FLOAT);
    code.fstore(value);
    address.accept(code);
    code.fload(value)
        .invokestatic(MEMORY, "setFloat", MethodTypeDesc.of(CD_void, CD_long, CD_float));
  }

  @Override
  public void storeFirst(CodeBuilder code, Push address, Push lanes) {
    throw new IllegalStateException("a single float is never partly written");
  }
}
