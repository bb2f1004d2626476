package dev.quern.cuda;

/**
 * Matrix products by cuBLAS, one instance a stream, used by one thread at a time. cuBLAS keeps the
 * stream, the workspace and the rounding in its handle, which is why streams do not share one.
 */
interface Blas extends AutoCloseable {

  /** The library and how it is reached, for example {@code cublas} or {@code cublas:foreign}. */
  String implementation();

  /**
   * Says where products run and what they may use as scratch; cuBLAS would allocate otherwise,
   * which must not happen while a graph is captured.
   *
   * @param stream a CUstream
   * @param workspace device address, aligned to 256 bytes; 0 with no bytes for the library's own
   * @param workspaceBytes 4 MiB do for most devices, 32 MiB for compute capability 9.0 (cuBLAS
   *     manual, cublasSetWorkspace)
   */
  void use(long stream, long workspace, long workspaceBytes);

  /**
   * Enqueues {@code C = alpha op(A) op(B) + beta C}, batched as prepared; the epilogue of the spec
   * is left to the caller. Allocates nothing in Java.
   *
   * @param a device address of A, and so on
   */
  void run(GemmCall call, long a, long b, long c);

  /** Gives the handle back; waits for the device. */
  @Override
  void close();
}
