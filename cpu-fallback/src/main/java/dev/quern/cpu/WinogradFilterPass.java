package dev.quern.cpu;

import dev.quern.kernels.Conv2d;
import java.util.List;

/**
 * The gradient by the filters after {@link Winograd}, for filters of many channels. Some patches at
 * a time, a few megabytes, all workers transform input and gradient, then multiply point by point,
 * adding to the sums of the patches before. How many patches follows from the spec alone, so each
 * sum is one chain of operations whatever the number of threads.
 *
 * <p>The workspace holds the sums, the patches of input and gradient, the filters' gradient in
 * packed order, a pixel of zeros, and a transform's scratch for each worker.
 */
final class WinogradFilterPass implements ConvPass, WorkerPool.Loop {
  /** Patches at a time: within a third-level cache, and many enough to make long sums of. */
  private static final long SLAB_BYTES = 4 << 20;

  private final WorkerPool pool;
  private final PatchGrid inputs;
  private final PatchGrid outputs;
  private final PatchTransform inputTransform;
  private final PatchTransform gradientTransform;
  private final FilterTransform filterTransform;
  private final Rearrangement unpack;
  private final Planes values;
  private final Planes gradients;
  private final Planes sums;
  private final long[] toValues;
  private final long[] toGradients;
  private final long[][] addresses;
  private final int slab;
  private final ProductLoop firstProduct;
  private final ProductLoop nextProduct;
  private final ProductLoop lastProduct;
  private final String name;
  private final long scratchBytes;

  private long input;
  private long gradient;
  private long valuesAt;
  private long gradientsAt;
  private long zeros;
  private long scratch;
  private long begin;

  WinogradFilterPass(
      CpuDevice device, Conv2d.Spec spec, Winograd algorithm, FilterLayouts layouts) {
    pool = device.pool();
    unpack = layouts.unpackRows();
    inputs = PatchGrid.inputs(spec, algorithm);
    outputs = PatchGrid.outputs(spec, algorithm);
    TransformSet transforms = device.simd().transforms();
    inputTransform = new PatchTransform(transforms, LineShape.plain(algorithm.input()));
    gradientTransform = new PatchTransform(transforms, LineShape.plain(algorithm.gradient()));
    filterTransform = FilterTransform.gradient(spec, algorithm, transforms, 1);
    int size = algorithm.size();
    slab = slab(inputs.patches(), size * size * (spec.c() + spec.k()));
    values = new Planes(size, slab, spec.c());
    gradients = new Planes(size, slab, spec.k());
    sums = new Planes(size, spec.c(), spec.k());
    toValues = values.byRows();
    toGradients = gradients.byRows();
    addresses = PatchGrid.tables(pool.workers(), size);
    TileSet tiles = device.simd().tiles();
    firstProduct = product(tiles, slab, false);
    nextProduct = product(tiles, slab, true);
    int rest = (int) (inputs.patches() % slab);
    lastProduct = rest == 0 ? nextProduct : product(tiles, rest, true);
    name = "winograd" + algorithm.outputs() + "-" + firstProduct.tileName(tiles.lanes());
    scratchBytes =
        Math.max(
            filterTransform.scratchBytes(),
            Math.max(inputTransform.scratchBytes(), gradientTransform.scratchBytes()));
  }

  /** Slabs of equal length, but for the last. */
  private static int slab(long all, int elementsOfPatch) {
    long most = Math.max(1, SLAB_BYTES / Float.BYTES / elementsOfPatch);
    long slabs = (all + most - 1) / most;
    return (int) ((all + slabs - 1) / slabs);
  }

  private ProductLoop product(TileSet tiles, int count, boolean adds) {
    IndirectProduct product = Planes.transposedProduct(tiles, values, gradients, sums, count, adds);
    return new ProductLoop(List.of(new ProductLoop.Part(product, 0, 0, 0)));
  }

  /** Of the input or the gradient, whichever comes. */
  private double patchNanos() {
    return PatchTransform.NANOS * (values.channels() + gradients.channels()) / 2;
  }

  private long zerosBytes() {
    return (long) Float.BYTES * Math.max(values.channels(), gradients.channels());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long workspaceBytes() {
    return sums.bytes()
        + values.bytes()
        + gradients.bytes()
        + filterTransform.filterBytes()
        + zerosBytes()
        + pool.workers() * scratchBytes;
  }

  @Override
  public void run(long first, long second, long bias, long result, long workspace) {
    input = first;
    gradient = second;
    long sumsAt = workspace;
    valuesAt = sumsAt + sums.bytes();
    gradientsAt = valuesAt + values.bytes();
    long packed = gradientsAt + gradients.bytes();
    zeros = packed + filterTransform.filterBytes();
    scratch = zeros + zerosBytes();
    NativeMemory.clear(zeros, zerosBytes());
    long all = inputs.patches();
    for (begin = 0; begin < all; begin += slab) {
      long count = Math.min(slab, all - begin);
      pool.run(2 * count, patchNanos(), this);
      ProductLoop product = begin == 0 ? firstProduct : count == slab ? nextProduct : lastProduct;
      product.run(pool, valuesAt, gradientsAt, sumsAt, 0);
    }
    filterTransform.run(pool, sumsAt, packed, scratch, scratchBytes);
    unpack.run(pool, packed, result);
  }

  /** Units are patches of the input and of the gradient in turn. */
  @Override
  public void run(long first, long end, int worker) {
    long own = scratch + worker * scratchBytes;
    long[] pixels = addresses[worker];
    for (long unit = first; unit < end; unit++) {
      long row = unit / 2;
      if (unit % 2 == 0) {
        long to = valuesAt + Float.BYTES * row * values.channels();
        inputs.addressesByColumns(begin + row, input, zeros, pixels);
        inputTransform.run(0, pixels, to, toValues, values.channels(), 0, own);
      } else {
        long to = gradientsAt + Float.BYTES * row * gradients.channels();
        outputs.addressesByColumns(begin + row, gradient, zeros, pixels);
        gradientTransform.run(0, pixels, to, toGradients, gradients.channels(), 0, own);
      }
    }
  }
}
