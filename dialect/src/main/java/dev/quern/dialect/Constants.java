package dev.quern.dialect;

/** Device memory that holds ints, which kernels only read. */
public interface Constants extends AutoCloseable {

  /** Its native handle, for {@link Launch#memory}: a cl_mem or a CUdeviceptr. */
  long handle();

  /** Frees it. */
  @Override
  void close();
}
