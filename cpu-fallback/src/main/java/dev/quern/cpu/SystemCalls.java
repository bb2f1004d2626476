package dev.quern.cpu;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Functions of Linux's C library.
 *
 * <p>There is one way of calling for all of them: Java takes 20 ms to prepare one. They are called
 * with six arguments, and all of them as wide as registers; in the calling conventions of x86-64
 * and ARM64 a function looks only at the registers, and the parts of them, that it has parameters
 * for.
 */
final class SystemCalls {
  private static final @Nullable SystemCalls OFFERED =
      System.getProperty("os.name", "").equals("Linux") ? new SystemCalls() : null;

  /** The way of calling, prepared where there is Linux; a constant, which the compiler inlines. */
  private static final class Prepared {
    private static final MethodHandle CALL = link();

    @SuppressWarnings("restricted") // the caller enables native access, as for any backend
    private static MethodHandle link() {
      return Linker.nativeLinker()
          .downcallHandle(
              FunctionDescriptor.of(
                  JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    }
  }

  private SystemCalls() {}

  /** Those of Linux; null on other operating systems. */
  static @Nullable SystemCalls offered() {
    return OFFERED;
  }

  /** A function by its name. */
  MemorySegment find(String function) {
    return Linker.nativeLinker().defaultLookup().findOrThrow(function);
  }

  /**
   * Calls a function; arguments that it does not have are 0.
   *
   * @return what it returns, of an {@code int} in the lower half
   */
  long call(MemorySegment function, long a, long b, long c, long d, long e, long f) {
    try {
      return (long) Prepared.CALL.invokeExact(function, a, b, c, d, e, f);
    } catch (Throwable thrown) {
      throw new AssertionError(thrown); // system calls throw nothing
    }
  }
}
