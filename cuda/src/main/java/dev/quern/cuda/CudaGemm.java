package dev.quern.cuda;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.core.UnsupportedSpecException;
import dev.quern.dialect.DialectGemm;
import dev.quern.dialect.Parts;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Gemm;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products by cuBLAS, cuBLASLt or our own kernel, whichever is fastest. cuBLASLt has the
 * epilogues; cuBLAS is tried where there is none; ours takes what both refuse.
 */
final class CudaGemm extends Gemm {
  /** What cuBLAS recommends for Hopper (cuBLAS documentation, cublasSetWorkspace). */
  private static final long MOST_WORKSPACE_BYTES = 32L << 20;

  private final Parts parts;
  private final DialectGemm own;
  private final Way way;

  CudaGemm(CudaDevice device, Parts parts, Spec spec) {
    super(device, spec);
    this.parts = parts;
    own = new DialectGemm(parts, spec);
    List<Way> libraries = new ArrayList<>();
    if (device.usesLibraries() && spec.k() > 0 && spec.elementsC() > 0) {
      if (spec.epilogue() == Epilogue.NONE) {
        libraries.add(new BlasWay(new GemmCall(spec), spec.describe(), device.blasName()));
      }
      addFused(device, parts, libraries);
    }
    long bias = spec.epilogue().hasBias() ? spec.n() : 0;
    way =
        new Contest(
                device, spec.describe(), spec.elementsA(), spec.elementsB(), bias, spec.elementsC())
            .winner(libraries, new OwnWay(own, own::run));
  }

  private void addFused(CudaDevice device, Parts parts, List<Way> libraries) {
    try {
      BlasLt.Matmul product =
          device.blasLt().prepare(spec(), AlignedWay.ALIGNMENT, MOST_WORKSPACE_BYTES);
      parts.add(product::close);
      libraries.add(new BlasLtWay(product, spec().describe()));
    } catch (UnsupportedSpecException e) {
      // cuBLASLt has no algorithm for it; the others have
    }
  }

  @Override
  public String implementation() {
    return way.name();
  }

  @Override
  public long workspaceBytes() {
    return way.workspaceBytes();
  }

  @Override
  protected void runProduct(
      Stream stream, DeviceBuffer a, DeviceBuffer b, @Nullable DeviceBuffer bias, DeviceBuffer c) {
    way.run(stream, a, b, bias, c);
  }

  @Override
  protected void release() {
    parts.close();
    own.close();
  }
}
