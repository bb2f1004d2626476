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
  private final PatchReader inputs;
  private final PatchReader gradients;
  private final FilterTransform filterTransform;
  private final Rearrangement unpack;
  private final Planes sums;
  private final long patches;
  private final int slab;
  private final ProductLoop firstProduct;
  private final ProductLoop nextProduct;
  private final ProductLoop lastProduct;
  private final String name;
  private final long scratchBytes;

  private long inputsAt;
  private long gradientsAt;
  private long scratch;
  private long begin;

  WinogradFilterPass(
      CpuDevice device, Conv2d.Spec spec, Winograd algorithm, FilterLayouts layouts) {
    pool = device.pool();
    unpack = layouts.unpackRows();
    PatchGrid grid = PatchGrid.inputs(spec, algorithm);
    PatchGrid outputs = PatchGrid.outputs(spec, algorithm);
    patches = grid.patches();
    int size = algorithm.size();
    slab = slab(patches, size * size * (spec.c() + spec.k()));
    inputs = new PatchReader(device, grid, algorithm.input(), slab);
    gradients = new PatchReader(device, outputs, algorithm.gradient(), slab);
    filterTransform = FilterTransform.gradient(spec, algorithm, device.simd().transforms(), 1);
    sums = new Planes(size, spec.c(), spec.k());
    TileSet tiles = device.simd().tiles();
    firstProduct = product(tiles, slab, false);
    nextProduct = product(tiles, slab, true);
    int rest = (int) (patches % slab);
    lastProduct = rest == 0 ? nextProduct : product(tiles, rest, true);
    name = "winograd" + algorithm.outputs() + "-" + firstProduct.tileName(tiles.lanes());
    scratchBytes =
        Math.max(
            filterTransform.scratchBytes(),
            Math.max(inputs.scratchBytes(), gradients.scratchBytes()));
  }

  /** Slabs of equal length, but for the last. */
  private static int slab(long all, int elementsOfPatch) {
    long most = Math.max(1, SLAB_BYTES / Float.BYTES / elementsOfPatch);
    long slabs = (all + most - 1) / most;
    return (int) ((all + slabs - 1) / slabs);
  }

  private ProductLoop product(TileSet tiles, int count, boolean adds) {
    IndirectProduct product =
        Planes.transposedProduct(tiles, inputs.planes(), gradients.planes(), sums, count, adds);
    return new ProductLoop(List.of(new ProductLoop.Part(product, 0, 0, 0)));
  }

  /** Of the input or the gradient, whichever comes. */
  private double patchNanos() {
    return (inputs.nanos() + gradients.nanos()) / 2;
  }

  private long zerosBytes() {
    return Math.max(inputs.zerosBytes(), gradients.zerosBytes());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long workspaceBytes() {
    return sums.bytes()
        + inputs.planes().bytes()
        + gradients.planes().bytes()
        + filterTransform.filterBytes()
        + zerosBytes()
        + pool.workers() * scratchBytes;
  }

  @Override
  public void run(long first, long second, long bias, long result, long workspace) {
    long sumsAt = workspace;
    inputsAt = sumsAt + sums.bytes();
    gradientsAt = inputsAt + inputs.planes().bytes();
    long packed = gradientsAt + gradients.planes().bytes();
    long zeros = packed + filterTransform.filterBytes();
    scratch = zeros + zerosBytes();
    NativeMemory.clear(zeros, zerosBytes());
    inputs.from(first, zeros);
    gradients.from(second, zeros);
    for (begin = 0; begin < patches; begin += slab) {
      long count = Math.min(slab, patches - begin);
      pool.run(2 * count, patchNanos(), this);
      ProductLoop product = begin == 0 ? firstProduct : count == slab ? nextProduct : lastProduct;
      product.run(pool, inputsAt, gradientsAt, sumsAt, 0);
    }
    filterTransform.run(pool, sumsAt, packed, scratch, scratchBytes);
    unpack.run(pool, packed, result);
  }

  /** Units are patches of the input and of the gradient in turn. */
  @Override
  public void run(long first, long end, int worker) {
    long own = scratch + worker * scratchBytes;
    for (long unit = first; unit < end; unit++) {
      long row = unit / 2;
      if (unit % 2 == 0) {
        inputs.read(begin + row, 1, inputsAt + row * inputs.planes().rowBytes(), worker, own);
      } else {
        long to = gradientsAt + row * gradients.planes().rowBytes();
        gradients.read(begin + row, 1, to, worker, own);
      }
    }
  }
}
