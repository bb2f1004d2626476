package dev.quern.cpu;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Layout;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Convolution on activations in NHWC order, each pass by the algorithm that {@link ConvAlgorithm}
 * chooses; NCHW activations are transposed through the workspace.
 *
 * <p>The workspace holds for NCHW the transposed input and output images and the transposed
 * filters; then what the pass needs.
 */
final class CpuConv2d extends Conv2d {
  private final WorkerPool pool;
  private final ConvPass forward;
  private final ConvPass backwardData;
  private final ConvPass backwardFilter;
  private final CpuBiasAdd bias;
  private final CpuRelu relu;
  private final @Nullable ChannelsLast channelsLast;
  private final long workspaceBytes;
  private final String implementation;

  CpuConv2d(CpuDevice device, Spec spec) {
    super(device, spec);
    pool = device.pool();
    ConvPasses passes = new ConvPasses(device, spec);
    forward = passes.forward();
    backwardData = passes.backwardData();
    backwardFilter = passes.backwardFilter();
    bias = new CpuBiasAdd(device, biasSpec(spec));
    relu = new CpuRelu(device, new dev.quern.kernels.Relu.Spec(spec.outputs()));
    channelsLast =
        spec.layout() == Layout.NCHW
            ? new ChannelsLast(spec, device.simd().tiles().squares())
            : null;
    long pass =
        Math.max(
            forward.workspaceBytes(),
            Math.max(backwardData.workspaceBytes(), backwardFilter.workspaceBytes()));
    long before = channelsLast == null ? 0 : channelsLast.bytes();
    workspaceBytes = Math.max(before + pass, bias.workspaceBytes());
    implementation = device.simd().name() + ":" + names();
  }

  private static BiasAdd.Spec biasSpec(Spec spec) {
    int pixels = spec.p() * spec.q();
    return spec.layout() == Layout.NCHW
        ? new BiasAdd.Spec(spec.n(), spec.k(), pixels)
        : new BiasAdd.Spec((long) spec.n() * pixels, spec.k());
  }

  /** One name, or where the passes differ theirs in turn. */
  private String names() {
    Set<String> names = new LinkedHashSet<>();
    names.add(forward.name());
    names.add(backwardData.name());
    names.add(backwardFilter.name());
    return names.size() == 1
        ? forward.name()
        : forward.name() + "," + backwardData.name() + "," + backwardFilter.name();
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  public long workspaceBytes() {
    return workspaceBytes;
  }

  @Override
  protected void runForward(
      Stream stream, DeviceBuffer x, DeviceBuffer w, @Nullable DeviceBuffer b, DeviceBuffer y) {
    long workspace = CpuStream.workspace(stream);
    long addressX = CpuBuffer.address(x);
    long addressW = CpuBuffer.address(w);
    long addressB = CpuBuffer.addressOrZero(b);
    long addressY = CpuBuffer.address(y);
    if (channelsLast == null) {
      forward.run(addressX, addressW, addressB, addressY, workspace);
      return;
    }
    channelsLast.readInput(pool, addressX, workspace);
    forward.run(
        channelsLast.input(workspace),
        addressW,
        addressB,
        channelsLast.output(workspace),
        workspace + channelsLast.bytes());
    channelsLast.writeOutput(pool, workspace, addressY);
  }

  @Override
  protected void runBackwardData(Stream stream, DeviceBuffer dy, DeviceBuffer w, DeviceBuffer dx) {
    long workspace = CpuStream.workspace(stream);
    long addressDy = CpuBuffer.address(dy);
    long addressW = CpuBuffer.address(w);
    long addressDx = CpuBuffer.address(dx);
    if (channelsLast == null) {
      backwardData.run(addressDy, addressW, 0, addressDx, workspace);
      return;
    }
    channelsLast.readFilters(pool, addressW, workspace);
    channelsLast.readOutput(pool, addressDy, workspace);
    backwardData.run(
        channelsLast.output(workspace),
        channelsLast.filters(workspace),
        0,
        channelsLast.input(workspace),
        workspace + channelsLast.bytes());
    channelsLast.writeInput(pool, workspace, addressDx);
  }

  @Override
  protected void runBackwardFilter(
      Stream stream, DeviceBuffer x, DeviceBuffer dy, DeviceBuffer dw) {
    long workspace = CpuStream.workspace(stream);
    long addressX = CpuBuffer.address(x);
    long addressDy = CpuBuffer.address(dy);
    long addressDw = CpuBuffer.address(dw);
    if (channelsLast == null) {
      backwardFilter.run(addressX, addressDy, 0, addressDw, workspace);
      return;
    }
    channelsLast.readInput(pool, addressX, workspace);
    channelsLast.readOutput(pool, addressDy, workspace);
    backwardFilter.run(
        channelsLast.input(workspace),
        channelsLast.output(workspace),
        0,
        addressDw,
        workspace + channelsLast.bytes());
  }

  @Override
  protected void runBackwardBias(Stream stream, DeviceBuffer dy, DeviceBuffer db) {
    bias.runBackward(stream, dy, db);
  }

  @Override
  protected void runBackwardEpilogue(
      Stream stream, DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dz) {
    relu.runBackward(stream, y, dy, dz);
  }

  @Override
  protected void release() {
    bias.close();
    relu.close();
  }
}
