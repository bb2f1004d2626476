package dev.quern.cpu;

import static java.lang.constant.ConstantDescs.CD_Object;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.function.Consumer;

/** Classes of one method that are written at run time. */
final class HiddenClass {
  private HiddenClass() {}

  /**
   * Writes, loads and instantiates an implementation of an interface of this package.
   *
   * @param of an interface with one method, {@code run}
   * @param name what its code is called in profiles
   * @param run the method's parameters
   * @param body writes its code
   */
  static <T> T implementing(
      Class<T> of, String name, MethodTypeDesc run, Consumer<CodeBuilder> body) {
    byte[] bytes =
        ClassFile.of()
            .build(
                ClassDesc.of(of.getPackageName(), name),
                type ->
                    type.withInterfaceSymbols(ClassDesc.of(of.getName()))
                        .withMethodBody(
                            ConstantDescs.INIT_NAME,
                            ConstantDescs.MTD_void,
                            ClassFile.ACC_PUBLIC,
                            code ->
                                code.aload(0)
                                    .invokespecial(
                                        CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                                    .return_())
                        .withMethodBody("run", run, ClassFile.ACC_PUBLIC, body));
    try {
      return of.cast(
          MethodHandles.lookup()
              .defineHiddenClass(bytes, true)
              .lookupClass()
              .getDeclaredConstructor()
              .newInstance());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(name + " cannot be loaded", e);
    }
  }
}
