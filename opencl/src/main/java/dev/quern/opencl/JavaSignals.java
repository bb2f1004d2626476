package dev.quern.opencl;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the handler of memory faults that Java has. Java uses such faults itself, to stop threads
 * in the middle of loops and to find nulls. LLVM, which compiles for PoCL and Mesa, puts a handler
 * of its own in front when it first writes a file; it passes a fault on, but only after it has
 * deleted what is being written, and the program under way "cannot be compiled: unable to rename
 * temporary".
 *
 * <p>LLVM does so once in a process. So the handler is put back after each compilation, and stays.
 */
final class JavaSignals {
  private static final int SIGSEGV = 11;

  /** More than any system's {@code struct sigaction}; Linux's has 152 bytes on x86-64. */
  private static final int STRUCT_BYTES = 1024;

  private static final @Nullable JavaSignals FOUND = find();

  private final MethodHandle sigaction;
  private final MemorySegment ofJava;

  private JavaSignals(MethodHandle sigaction, MemorySegment ofJava) {
    this.sigaction = sigaction;
    this.ofJava = ofJava;
  }

  /** Notes the handler that there is now; does nothing from the second time on. */
  static void note() {} // loading the class does it

  /** Puts it back. */
  static void restore() {
    if (FOUND != null) {
      call(FOUND.sigaction, FOUND.ofJava, MemorySegment.NULL);
    }
  }

  @SuppressWarnings("restricted") // calls sigaction of the C library
  private static @Nullable JavaSignals find() {
    Linker linker = Linker.nativeLinker();
    MemorySegment function = linker.defaultLookup().find("sigaction").orElse(null);
    if (function == null) {
      return null; // Windows, which has no signals
    }
    MethodHandle sigaction =
        linker.downcallHandle(
            function,
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS));
    MemorySegment handler = Arena.global().allocate(STRUCT_BYTES, Long.BYTES);
    return call(sigaction, MemorySegment.NULL, handler) == 0
        ? new JavaSignals(sigaction, handler)
        : null;
  }

  private static int call(MethodHandle sigaction, MemorySegment set, MemorySegment get) {
    try {
      return (int) sigaction.invokeExact(SIGSEGV, set, get);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new LinkageError("sigaction cannot be called", e);
    }
  }
}
