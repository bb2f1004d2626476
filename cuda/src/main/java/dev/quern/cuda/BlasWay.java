package dev.quern.cuda;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A product by cuBLAS, whose scratch memory is the stream's own.
 *
 * @param call the product
 * @param what the spec, for messages
 * @param name for {@code implementation()}
 */
record BlasWay(GemmCall call, String what, String name) implements Way {

  @Override
  public long workspaceBytes() {
    return 0;
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
    here.lane()
        .libraries()
        .blas()
        .run(call, CudaBuffer.address(a), CudaBuffer.address(b), CudaBuffer.address(out));
  }
}
