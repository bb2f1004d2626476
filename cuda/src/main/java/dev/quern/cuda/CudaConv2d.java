package dev.quern.cuda;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.dialect.DialectConv2d;
import dev.quern.dialect.Parts;
import dev.quern.kernels.Conv2d;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Convolution by cuDNN or by our own kernels, whichever is faster for a pass. Ours take every spec;
 * cuDNN lacks uneven padding, and refuses what it has no kernel for.
 */
final class CudaConv2d extends Conv2d {
  private final Parts parts;
  private final DialectConv2d own;
  private final Way forward;
  private final Way backwardData;
  private final Way backwardFilter;

  CudaConv2d(CudaDevice device, Parts parts, Spec spec) {
    super(device, spec);
    this.parts = parts;
    own = new DialectConv2d(parts, spec);
    CudnnWays cudnn =
        device.usesLibraries() && CudnnProblem.covers(spec) ? new CudnnWays(device, spec) : null;
    if (cudnn != null) {
      parts.add(cudnn::close);
    }
    forward = chooseForward(device, cudnn);
    backwardData =
        new Contest(
                device,
                spec.describe() + " by input",
                spec.outputs(),
                spec.weights(),
                0,
                spec.inputs())
            .winner(
                cudnn == null ? List.of() : cudnn.backwardData(),
                new OwnWay(own, (s, dy, w, b, dx) -> own.backwardData(s, dy, w, dx)));
    backwardFilter =
        new Contest(
                device,
                spec.describe() + " by filters",
                spec.inputs(),
                spec.outputs(),
                0,
                spec.weights())
            .winner(
                cudnn == null ? List.of() : cudnn.backwardFilter(),
                new OwnWay(own, (s, x, dy, b, dw) -> own.backwardFilter(s, x, dy, dw)));
  }

  private Way chooseForward(CudaDevice device, @Nullable CudnnWays cudnn) {
    boolean biased = spec().epilogue().hasBias();
    return new Contest(
            device,
            spec().describe(),
            spec().inputs(),
            spec().weights(),
            biased ? spec().k() : 0,
            spec().outputs())
        .winner(
            cudnn == null ? List.of() : cudnn.forward(),
            new OwnWay(own, (s, x, w, b, y) -> own.forward(s, x, w, b, y)));
  }

  @Override
  public String implementation() {
    return forward.name();
  }

  @Override
  public long workspaceBytes() {
    long fastest =
        Math.max(
            forward.workspaceBytes(),
            Math.max(backwardData.workspaceBytes(), backwardFilter.workspaceBytes()));
    return Math.max(fastest, own.workspaceBytes());
  }

  @Override
  protected void runForward(
      Stream stream, DeviceBuffer x, DeviceBuffer w, @Nullable DeviceBuffer b, DeviceBuffer y) {
    forward.run(stream, x, w, b, y);
  }

  @Override
  protected void runBackwardData(Stream stream, DeviceBuffer dy, DeviceBuffer w, DeviceBuffer dx) {
    backwardData.run(stream, dy, w, null, dx);
  }

  @Override
  protected void runBackwardFilter(
      Stream stream, DeviceBuffer x, DeviceBuffer dy, DeviceBuffer dw) {
    backwardFilter.run(stream, x, dy, null, dw);
  }

  @Override
  protected void runBackwardBias(Stream stream, DeviceBuffer dy, DeviceBuffer db) {
    own.backwardBias(stream, dy, db);
  }

  @Override
  protected void runBackwardEpilogue(
      Stream stream, DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dz) {
    own.backwardEpilogue(stream, y, dy, dz);
  }

  @Override
  protected void release() {
    parts.close();
    own.close();
  }
}
