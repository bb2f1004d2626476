package dev.quern.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.quern.core.BackendUnavailableException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * The functions of one native library, bound by name.
 *
 * <p>Bound handles are called with {@code invokeExact}, whose types are those that javac sees: a
 * conditional expression as an argument has the type Object and fails when it is run, which is why
 * every binding is tested against a recording library.
 */
final class Functions {
  private static final long MOST_TEXT_BYTES = 512;

  private final String library;
  private final SymbolLookup symbols;

  /**
   * Binds from an open library.
   *
   * @param library how messages name it
   */
  Functions(String library, SymbolLookup symbols) {
    this.library = library;
    this.symbols = symbols;
  }

  /**
   * A function that returns a status.
   *
   * @throws BackendUnavailableException if the library has none of that name
   */
  MethodHandle status(String name, MemoryLayout... parameters) {
    return bind(name, FunctionDescriptor.of(JAVA_INT, parameters));
  }

  /** A function that names a status. */
  MethodHandle text(String name) {
    return bind(name, FunctionDescriptor.of(ADDRESS, JAVA_INT));
  }

  /**
   * Any function.
   *
   * @throws BackendUnavailableException if the library has none of that name
   */
  @SuppressWarnings("restricted") // calling into the library is what this is for
  MethodHandle bind(String name, FunctionDescriptor type) {
    MemorySegment address =
        symbols
            .find(name)
            .orElseThrow(
                () ->
                    new BackendUnavailableException(
                        library + " has no function " + name + ": it is not the library it seems",
                        null));
    return Linker.nativeLinker().downcallHandle(address, type);
  }

  /**
   * What a handle of {@link #text} says about a status, for example {@code CUBLAS_STATUS_X (7)}.
   */
  static String name(MethodHandle text, int status) {
    try {
      return string((MemorySegment) text.invokeExact(status)) + " (" + status + ")";
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Copies a string of the C library. */
  @SuppressWarnings("restricted") // C strings come without their length
  static String string(MemorySegment text) {
    return text.address() == 0 ? "status" : text.reinterpret(MOST_TEXT_BYTES).getString(0);
  }

  /** For catch clauses around {@code invokeExact}, whose own failures are mistakes of ours. */
  static RuntimeException unexpected(Throwable e) {
    if (e instanceof RuntimeException unchecked) {
      return unchecked;
    }
    if (e instanceof Error error) {
      throw error;
    }
    return new IllegalStateException("a foreign function threw", e);
  }
}
