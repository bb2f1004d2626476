package dev.quern.cuda;

import dev.quern.core.BackendUnavailableException;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * NVIDIA's libraries as they were found and opened in this process: one consistent set of driver,
 * cuDNN 9, cuBLAS, cuBLASLt and NVRTC, the last four for the same CUDA version.
 */
final class CudaLibraries {
  private CudaLibraries() {}

  /**
   * Looks for the libraries of this machine and opens them for the rest of the process. Never
   * throws: what is wrong is what {@link #problem} says.
   */
  static CudaLibraries ofThisProcess() {
    return open(LibrarySearch.ofThisProcess(), Arena.global());
  }

  /**
   * Looks for libraries and opens them.
   *
   * @param lifetime how long they stay open
   */
  static CudaLibraries open(LibrarySearch search, Arena lifetime) {
    throw new UnsupportedOperationException();
  }

  /** Why CUDA cannot be used here, in one sentence that says what to do; null if it can. */
  @Nullable String problem() {
    throw new UnsupportedOperationException();
  }

  /**
   * This, once it is known to be complete and JCuda's own natives are loaded.
   *
   * @throws BackendUnavailableException with the sentence of {@link #problem}
   */
  CudaLibraries require() {
    throw new UnsupportedOperationException();
  }

  /** What was looked for, found and needed, a line a library, and where; for {@code doctor}. */
  List<String> report() {
    throw new UnsupportedOperationException();
  }

  /** The CUDA version that cuDNN, cuBLAS and NVRTC are for: 12 or 13. */
  int major() {
    throw new UnsupportedOperationException();
  }

  /** For example {@code CUDA 12.6, cuDNN 9.5.1, cuBLAS 12.6.4, driver for CUDA 12.8}. */
  String versions() {
    throw new UnsupportedOperationException();
  }

  /** The driver's calls of the hot path. */
  DriverCalls driver() {
    throw new UnsupportedOperationException();
  }

  /** The compiler. */
  Nvrtc nvrtc() {
    throw new UnsupportedOperationException();
  }

  /** A handle of cuBLAS for one stream of the current context: JCuda's on CUDA 12, else ours. */
  Blas newBlas() {
    throw new UnsupportedOperationException();
  }

  /** A handle of cuBLASLt for the current context, to be shared by its streams. */
  BlasLt newBlasLt() {
    throw new UnsupportedOperationException();
  }
}
