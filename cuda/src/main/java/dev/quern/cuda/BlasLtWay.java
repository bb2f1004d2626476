package dev.quern.cuda;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A product by cuBLASLt.
 *
 * @param product the product, closed by its owner
 * @param what the spec, for messages
 */
record BlasLtWay(BlasLt.Matmul product, String what) implements Way {

  @Override
  public String name() {
    return "cublaslt";
  }

  @Override
  public long workspaceBytes() {
    return product.workspaceBytes();
  }

  @Override
  public void run(
      Stream stream,
      DeviceBuffer a,
      DeviceBuffer b,
      @Nullable DeviceBuffer bias,
      DeviceBuffer out) {
    CudaStream here = (CudaStream) stream;
    here.enqueuing(what);
    here.enter();
    product.run(
        here.address(),
        CudaBuffer.address(a),
        CudaBuffer.address(b),
        bias == null ? 0 : CudaBuffer.address(bias),
        CudaBuffer.address(out),
        here.lane().workspace());
  }
}
