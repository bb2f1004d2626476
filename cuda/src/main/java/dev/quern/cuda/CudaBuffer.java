package dev.quern.cuda;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.DeviceBuffer;
import jcuda.driver.CUdeviceptr;

/**
 * A buffer that knows where it lies, in the forms that its callers need, so that runs make none.
 */
final class CudaBuffer extends DeviceBuffer {
  private final long address;
  private final CUdeviceptr pointer;

  CudaBuffer(Arena arena, String label, DataType type, long offset, long count, CudaMemory memory) {
    super(arena, label, type, offset, count);
    address = memory.address() + offset;
    pointer = memory.block().withByteOffset(offset);
  }

  /** The address of a buffer of this backend. */
  static long address(DeviceBuffer buffer) {
    return ((CudaBuffer) buffer).address;
  }

  /** The same for JCuda. */
  static CUdeviceptr pointer(DeviceBuffer buffer) {
    return ((CudaBuffer) buffer).pointer;
  }
}
