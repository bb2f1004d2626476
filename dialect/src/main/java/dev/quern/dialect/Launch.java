package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;

/**
 * A function of a program with its arguments and its range. Buffers come first in the function's
 * parameters, two native arguments each (the memory and the element it starts at), then numbers,
 * which are set once. Setting buffers and running allocate nothing. Belongs to one thread at a
 * time, as kernels do.
 */
public abstract class Launch implements AutoCloseable {

  /** For backends: a launch whose numbers are set. */
  protected Launch() {}

  /** Sets the buffer parameter number {@code parameter}, which keeps its value until the next. */
  public abstract Launch buffer(int parameter, DeviceBuffer buffer);

  /**
   * Sets a buffer parameter to memory of the backend's own.
   *
   * @param handle {@link Constants#handle} or what {@link DialectDevice#workspace} answers
   * @param start where the parameter begins in it, in elements of the parameter's type
   */
  public abstract Launch memory(int parameter, long handle, long start);

  /**
   * Enqueues it with the arguments of now; nothing, if its range is empty.
   *
   * @throws dev.quern.core.DeviceException if the driver refuses
   */
  public abstract void run(Stream stream);

  /** Frees what is native about it. */
  @Override
  public abstract void close();
}
