package dev.quern.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.quern.core.BackendUnavailableException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;

/** What libraries say of themselves; none of these calls needs a device. */
final class LibraryVersions {
  private LibraryVersions() {}

  /**
   * For example {@code 12.6.4}.
   *
   * @throws BackendUnavailableException if the library does not answer as it should
   */
  static String of(CudaLibrary library, SymbolLookup symbols) {
    return switch (library) {
      case DRIVER -> Versions.ofCuda(new DriverStart(symbols).version());
      case CUDNN -> Versions.ofCudnn(number("cuDNN", symbols, "cudnnGetVersion"));
      case CUBLAS -> property("cuBLAS", symbols, "cublasGetProperty");
      case CUBLAS_LT -> property("cuBLASLt", symbols, "cublasLtGetProperty");
      case NVRTC -> new Nvrtc(symbols).version();
    };
  }

  /** The CUDA version that a cuDNN was built for, 1000 * major + 10 * minor. */
  static long cudaOfCudnn(SymbolLookup symbols) {
    return number("cuDNN", symbols, "cudnnGetCudartVersion");
  }

  private static long number(String library, SymbolLookup symbols, String function) {
    try {
      return (long)
          new Functions(library, symbols)
              .bind(function, FunctionDescriptor.of(JAVA_LONG))
              .invokeExact();
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }

  /** Asked for the three parts of its libraryPropertyType. */
  private static String property(String library, SymbolLookup symbols, String function) {
    var get = new Functions(library, symbols).status(function, JAVA_INT, ADDRESS);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(JAVA_INT);
      StringBuilder version = new StringBuilder();
      for (int part = 0; part < 3; part++) {
        int status = (int) get.invokeExact(part, value);
        if (status != 0) {
          throw new BackendUnavailableException(
              library + ": " + function + " gives " + status + " instead of a version", null);
        }
        version.append(part == 0 ? "" : ".").append(value.get(JAVA_INT, 0));
      }
      return version.toString();
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }
}
