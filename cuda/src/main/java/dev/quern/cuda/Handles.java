package dev.quern.cuda;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import jcuda.NativePointerObject;

/**
 * The numbers inside JCuda's pointers and handles. JCuda keeps them to itself, but foreign
 * functions need them, and a pointer object that can be set spares an allocation a call.
 */
final class Handles {
  private static final VarHandle NUMBER = number();

  private Handles() {}

  private static VarHandle number() {
    try {
      return MethodHandles.privateLookupIn(NativePointerObject.class, MethodHandles.lookup())
          .findVarHandle(NativePointerObject.class, "nativePointer", long.class);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("this JCuda keeps its pointers elsewhere", e);
    }
  }

  /** For example the CUstream that a {@code jcuda.driver.CUstream} stands for. */
  static long number(NativePointerObject object) {
    return (long) NUMBER.get(object);
  }

  /** Makes an object stand for another pointer or handle. */
  static void set(NativePointerObject object, long number) {
    NUMBER.set(object, number);
  }
}
