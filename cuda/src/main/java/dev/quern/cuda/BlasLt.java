package dev.quern.cuda;

import dev.quern.core.UnsupportedSpecException;
import dev.quern.kernels.Gemm;
import java.lang.foreign.SymbolLookup;

/**
 * Matrix products by cuBLASLt, with the ending of the product fused, which plain cuBLAS cannot and
 * JCuda does not reach. One instance a context; products of several streams may run at once.
 */
final class BlasLt implements AutoCloseable {

  /** Makes a handle for the current context. */
  BlasLt(SymbolLookup library) {
    throw new UnsupportedOperationException();
  }

  /**
   * Chooses the algorithm of a product with the epilogue of its spec.
   *
   * @param alignment in bytes, of every address that it will be run with
   * @param mostWorkspaceBytes how much workspace the algorithm may want
   * @throws UnsupportedSpecException if the library has no algorithm for it
   */
  Matmul prepare(Gemm.Spec spec, int alignment, long mostWorkspaceBytes) {
    throw new UnsupportedOperationException();
  }

  /**
   * As {@link #prepare}, for a product that writes {@code bias[n] = sum over k of op(B)[k, n]}:
   * with B the gradient of a dense layer's output, the gradient of its bias beside that of its
   * weights.
   */
  Matmul prepareWithBiasGradient(Gemm.Spec spec, int alignment, long mostWorkspaceBytes) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }

  /** A product with its algorithm; used by one thread at a time. */
  abstract static class Matmul implements AutoCloseable {
    /** Scratch that a run needs. */
    abstract long workspaceBytes();

    /**
     * Enqueues the product. Allocates nothing in Java.
     *
     * @param bias device address of the bias, read or written as prepared; ignored without one
     * @param workspace device address, aligned to 256 bytes
     */
    abstract void run(long stream, long a, long b, long bias, long c, long workspace);

    @Override
    public abstract void close();
  }
}
