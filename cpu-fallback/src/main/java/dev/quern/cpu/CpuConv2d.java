package dev.quern.cpu;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.cpu.Rearrangement.Axis;
import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Layout;
import org.jspecify.annotations.Nullable;

/**
 * Convolution as products over indirection tables, on activations in NHWC order. Filters are laid
 * out with the output channel last for the forward pass, and their gradient comes out that way;
 * NCHW activations are transposed through the workspace.
 *
 * <p>The workspace holds, one after the other: the packed filters, or the partial sums of their
 * gradient; and for NCHW the transposed input and output images.
 */
final class CpuConv2d extends Conv2d {
  private final WorkerPool pool;
  private final ProductLoop forward;
  private final ProductLoop backwardData;
  private final ProductLoop backwardFilter;
  private final Rearrangement packFilters;
  private final @Nullable Rearrangement filtersToKrsc;
  private final Rearrangement unpackGradient;
  private final CpuBiasAdd bias;
  private final CpuRelu relu;
  private final @Nullable ImageTransposition inputs;
  private final @Nullable ImageTransposition outputs;
  private final long filterBytes;
  private final long workspaceBytes;
  private final String implementation;

  CpuConv2d(CpuDevice device, Spec spec) {
    super(device, spec);
    pool = device.pool();
    TileSet tiles = device.simd().tiles();
    ConvProducts products = new ConvProducts(spec, tiles);
    forward = products.forward();
    backwardData = products.backwardData();
    backwardFilter = products.backwardFilter();

    boolean nchw = spec.layout() == Layout.NCHW;
    FilterLayouts layouts = new FilterLayouts(spec, products);
    packFilters = layouts.pack();
    filtersToKrsc = nchw ? layouts.toKrsc() : null;
    unpackGradient = layouts.unpackGradient();
    bias = new CpuBiasAdd(device, biasSpec(spec));
    relu = new CpuRelu(device, new dev.quern.kernels.Relu.Spec(spec.outputs()));
    inputs = nchw ? new ImageTransposition(spec.n(), spec.c(), spec.h() * spec.w()) : null;
    outputs = nchw ? new ImageTransposition(spec.n(), spec.k(), spec.p() * spec.q()) : null;

    filterBytes = layouts.workspaceBytes();
    long images = nchw ? (spec.inputs() + spec.outputs()) * Float.BYTES : 0;
    workspaceBytes =
        Math.max(filterBytes + images + NativeMemory.SLACK_BYTES, bias.workspaceBytes());
    implementation = device.simd().name() + ":indirect-" + forward.tileName(tiles.lanes());
  }

  private static BiasAdd.Spec biasSpec(Spec spec) {
    int pixels = spec.p() * spec.q();
    return spec.layout() == Layout.NCHW
        ? new BiasAdd.Spec(spec.n(), spec.k(), pixels)
        : new BiasAdd.Spec((long) spec.n() * pixels, spec.k());
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
    long packed = CpuStream.workspace(stream);
    packFilters.run(pool, CpuBuffer.address(w), packed);
    long addressX = CpuBuffer.address(x);
    long addressY = CpuBuffer.address(y);
    long addressB = CpuBuffer.addressOrZero(b);
    if (inputs == null || outputs == null) {
      forward.run(pool, addressX, packed, addressY, addressB);
      return;
    }
    long nhwcX = packed + filterBytes;
    long nhwcY = nhwcX + inputs.bytes();
    inputs.toChannelsLast(pool, addressX, nhwcX);
    forward.run(pool, nhwcX, packed, nhwcY, addressB);
    outputs.toChannelsFirst(pool, nhwcY, addressY);
  }

  @Override
  protected void runBackwardData(Stream stream, DeviceBuffer dy, DeviceBuffer w, DeviceBuffer dx) {
    long addressW = CpuBuffer.address(w);
    if (inputs == null || outputs == null || filtersToKrsc == null) {
      backwardData.run(pool, CpuBuffer.address(dy), addressW, CpuBuffer.address(dx), 0);
      return;
    }
    long krsc = CpuStream.workspace(stream);
    long nhwcX = krsc + filterBytes;
    long nhwcY = nhwcX + inputs.bytes();
    filtersToKrsc.run(pool, addressW, krsc);
    outputs.toChannelsLast(pool, CpuBuffer.address(dy), nhwcY);
    backwardData.run(pool, nhwcY, krsc, nhwcX, 0);
    inputs.toChannelsFirst(pool, nhwcX, CpuBuffer.address(dx));
  }

  @Override
  protected void runBackwardFilter(
      Stream stream, DeviceBuffer x, DeviceBuffer dy, DeviceBuffer dw) {
    long sums = CpuStream.workspace(stream);
    long addressX = CpuBuffer.address(x);
    long addressDy = CpuBuffer.address(dy);
    if (inputs != null && outputs != null) {
      long nhwcX = sums + filterBytes;
      long nhwcY = nhwcX + inputs.bytes();
      inputs.toChannelsLast(pool, addressX, nhwcX);
      outputs.toChannelsLast(pool, addressDy, nhwcY);
      addressX = nhwcX;
      addressDy = nhwcY;
    }
    backwardFilter.run(pool, addressX, addressDy, sums, 0);
    unpackGradient.run(pool, sums, CpuBuffer.address(dw));
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

  /** Activations between channels first and channels last. */
  private static final class ImageTransposition {
    private final Rearrangement toChannelsLast;
    private final Rearrangement toChannelsFirst;
    private final long bytes;

    ImageTransposition(int images, int channels, int pixels) {
      long image = (long) channels * pixels;
      toChannelsLast =
          new Rearrangement(
              new Axis(images, image, image),
              new Axis(pixels, 1, channels),
              new Axis(channels, pixels, 1));
      toChannelsFirst =
          new Rearrangement(
              new Axis(images, image, image),
              new Axis(channels, 1, pixels),
              new Axis(pixels, channels, 1));
      bytes = images * image * Float.BYTES;
    }

    long bytes() {
      return bytes;
    }

    void toChannelsLast(WorkerPool pool, long source, long target) {
      toChannelsLast.run(pool, source, target);
    }

    void toChannelsFirst(WorkerPool pool, long source, long target) {
      toChannelsFirst.run(pool, source, target);
    }
  }
}
