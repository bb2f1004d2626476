package dev.quern.cuda;

import dev.quern.dialect.Constants;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.driver.JCudaDriver;

/** Device memory that holds ints. */
final class CudaConstants implements Constants {
  private final CudaMemory memory;

  CudaConstants(CudaDevice device, String label, int[] values) {
    long bytes = (long) values.length * Integer.BYTES;
    memory = new CudaMemory(device, label, bytes);
    try {
      ByteBuffer copy =
          ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
      copy.asIntBuffer().put(values);
      CudaStatus.check(
          JCudaDriver.cuMemcpyHtoD(memory.block(), Pointer.toBuffer(copy), bytes),
          "cuMemcpyHtoD for '" + label + "' on " + device.id());
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  @Override
  public long handle() {
    return memory.address();
  }

  @Override
  public void close() {
    memory.close();
  }
}
