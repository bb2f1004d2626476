package dev.quern.dialect;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.dialect.Rearrangement.Axis;
import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Layout;
import dev.quern.kernels.Relu;
import org.jspecify.annotations.Nullable;

/**
 * Convolution as products over tables of offsets, on activations in NHWC order; NCHW activations
 * are transposed through the workspace. Its parts: first what a pass packs or sums up, then the
 * transposed input and output images.
 */
public final class DialectConv2d extends Conv2d {
  private final Parts parts;
  private final ConvPass forward;
  private final ConvPass backwardData;
  private final ConvPass backwardFilter;
  private final @Nullable Transposition inputs;
  private final @Nullable Transposition outputs;
  private final DialectBiasAdd bias;
  private final DialectRelu relu;
  private final long packedElements;

  /**
   * Prepares it. The kernel closes its parts; if this fails, the caller does.
   *
   * @throws dev.quern.core.UnsupportedSpecException if it has 2^31 elements or more
   */
  public DialectConv2d(Parts parts, Spec spec) {
    super(parts.device(), spec);
    this.parts = parts;
    parts.requireInt(spec, "x", spec.inputs());
    parts.requireInt(spec, "y", spec.outputs());
    parts.requireInt(spec, "w", spec.weights());
    ConvPasses passes = new ConvPasses(parts, spec);
    forward = passes.forward();
    backwardData = passes.backwardData();
    backwardFilter = passes.backwardFilter();
    boolean nchw = spec.layout() == Layout.NCHW;
    inputs = nchw ? new Transposition(parts, spec.n(), spec.c(), spec.h() * spec.w()) : null;
    outputs = nchw ? new Transposition(parts, spec.n(), spec.k(), spec.p() * spec.q()) : null;
    packedElements =
        Math.max(
            forward.workElements(),
            Math.max(backwardData.workElements(), backwardFilter.workElements()));
    int pixels = spec.p() * spec.q();
    bias =
        new DialectBiasAdd(
            parts,
            nchw
                ? new BiasAdd.Spec(spec.n(), spec.k(), pixels)
                : new BiasAdd.Spec((long) spec.n() * pixels, spec.k()));
    relu = new DialectRelu(parts, new Relu.Spec(spec.outputs()));
  }

  @Override
  public String implementation() {
    return forward.name();
  }

  @Override
  public long workspaceBytes() {
    long images = inputs == null ? 0 : spec().inputs() + spec().outputs();
    return Math.max((packedElements + images) * Float.BYTES, bias.workspaceBytes());
  }

  @Override
  protected void runForward(
      Stream stream, DeviceBuffer x, DeviceBuffer w, @Nullable DeviceBuffer b, DeviceBuffer y) {
    Launch product = forward.product(stream, w);
    setInput(product, Product.A, stream, x);
    product.buffer(Product.BIAS, b == null ? w : b);
    setOutput(product, Product.C, stream, y);
    product.run(stream);
    if (outputs != null) {
      outputs.toChannelsFirst(stream, outputStart(), y);
    }
  }

  @Override
  protected void runBackwardData(Stream stream, DeviceBuffer dy, DeviceBuffer w, DeviceBuffer dx) {
    long memory = parts.workspace(stream);
    if (outputs != null) {
      outputs.toChannelsLast(stream, dy, outputStart());
    }
    Launch product = backwardData.product(stream, w);
    setOutput(product, Product.A, stream, dy);
    product.buffer(Product.BIAS, w);
    if (inputs == null) {
      product.buffer(Product.C, dx).run(stream);
    } else {
      product.memory(Product.C, memory, packedElements).run(stream);
      inputs.toChannelsFirst(stream, packedElements, dx);
    }
  }

  @Override
  protected void runBackwardFilter(
      Stream stream, DeviceBuffer x, DeviceBuffer dy, DeviceBuffer dw) {
    if (outputs != null) {
      outputs.toChannelsLast(stream, dy, outputStart());
      backwardFilter.pack(stream, outputStart());
    } else {
      backwardFilter.pack(stream, dy);
    }
    Launch product = backwardFilter.launch();
    if (!backwardFilter.packs()) {
      setOutput(product, Product.B, stream, dy);
    }
    setInput(product, Product.A, stream, x);
    product.buffer(Product.BIAS, dw);
    backwardFilter.sum(stream, dw);
  }

  /** Sets x, in channels-last order; transposes it first if it is not. */
  private void setInput(Launch product, int parameter, Stream stream, DeviceBuffer x) {
    if (inputs == null) {
      product.buffer(parameter, x);
    } else {
      inputs.toChannelsLast(stream, x, packedElements);
      product.memory(parameter, parts.workspace(stream), packedElements);
    }
  }

  /** Sets y or dy, in channels-last order. */
  private void setOutput(Launch product, int parameter, Stream stream, DeviceBuffer y) {
    if (outputs == null) {
      product.buffer(parameter, y);
    } else {
      product.memory(parameter, parts.workspace(stream), outputStart());
    }
  }

  private long outputStart() {
    return packedElements + spec().inputs();
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
    parts.close();
    bias.close();
    relu.close();
  }

  /** Activations between channels first, in buffers, and channels last, in the workspace. */
  private static final class Transposition {
    private final Parts parts;
    private final Rearrangement toChannelsLast;
    private final Rearrangement toChannelsFirst;

    Transposition(Parts parts, int images, int channels, int pixels) {
      this.parts = parts;
      long image = (long) channels * pixels;
      toChannelsLast =
          Rearrangement.copy(
              parts,
              new Axis(images, image, image),
              new Axis(pixels, 1, channels),
              new Axis(channels, pixels, 1));
      toChannelsFirst =
          Rearrangement.copy(
              parts,
              new Axis(images, image, image),
              new Axis(channels, 1, pixels),
              new Axis(pixels, channels, 1));
    }

    void toChannelsLast(Stream stream, DeviceBuffer source, long start) {
      Launch copy = toChannelsLast.launch();
      copy.buffer(0, source).memory(1, parts.workspace(stream), start).run(stream);
    }

    void toChannelsFirst(Stream stream, long start, DeviceBuffer target) {
      Launch copy = toChannelsFirst.launch();
      copy.memory(0, parts.workspace(stream), start).buffer(1, target).run(stream);
    }
  }
}
