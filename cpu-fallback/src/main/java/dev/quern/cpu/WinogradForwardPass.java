package dev.quern.cpu;

import dev.quern.kernels.Conv2d;

/**
 * The forward pass after {@link Winograd}.
 *
 * <p>A worker takes some patches at a time: transforms them, multiplies them, point by point, with
 * the transformed filters, and transforms the products back. What lies between stays in its
 * second-level cache. Each output is one chain of operations, however the patches are shared out.
 *
 * <p>The workspace holds the transformed filters, those in packed order, a pixel of zeros, and for
 * each worker patches, products, a pixel of waste and a transform's scratch.
 */
final class WinogradForwardPass implements ConvPass, WorkerPool.Loop {
  /** Patches and products of a worker: half of a second-level cache. */
  private static final long CHUNK_BYTES = 512 << 10;

  /** Chunks that each worker has at least, where there are enough patches: they end together. */
  private static final int CHUNKS_OF_WORKER = 8;

  /** Rows of a register tile; chunks are a multiple of it. */
  private static final int TILE_ROWS = 6;

  private final WorkerPool pool;
  private final PatchGrid inputs;
  private final PatchGrid outputs;
  private final PatchTransform inputTransform;
  private final PatchTransform outputTransform;
  private final FilterTransform filterTransform;
  private final Rearrangement pack;
  private final Planes weights;
  private final Planes patches;
  private final Planes products;
  private final long[] toPatches;
  private final long[] fromProducts;
  private final long[][] addresses;
  private final int chunk;
  private final ChunkProducts chunkProducts;
  private final String name;
  private final long workerBytes;

  private long input;
  private long bias;
  private long output;
  private long transformed;
  private long zeros;
  private long workers;

  /**
   * A pass.
   *
   * @param pack filters to packed order
   */
  WinogradForwardPass(CpuDevice device, Conv2d.Spec spec, Winograd algorithm, Rearrangement pack) {
    pool = device.pool();
    this.pack = pack;
    inputs = PatchGrid.inputs(spec, algorithm);
    outputs = PatchGrid.outputs(spec, algorithm);
    TransformSet transforms = device.simd().transforms();
    filterTransform = FilterTransform.forward(spec, algorithm, transforms);
    inputTransform = new PatchTransform(transforms, LineShape.plain(algorithm.input()));
    outputTransform =
        new PatchTransform(
            transforms,
            new LineShape(
                algorithm.output(), false, spec.epilogue().hasBias(), spec.epilogue().hasRelu()));
    int size = algorithm.size();
    weights = new Planes(size, spec.c(), spec.k());
    chunk = chunk(inputs.patches(), size * size * (spec.c() + spec.k()));
    patches = new Planes(size, chunk, spec.c());
    products = new Planes(size, chunk, spec.k());
    toPatches = patches.byRows();
    fromProducts = products.byColumns();
    addresses = PatchGrid.tables(pool.workers(), size);
    TileSet tiles = device.simd().tiles();
    chunkProducts =
        new ChunkProducts(
            count -> Planes.product(tiles, patches, weights, products, count),
            chunk,
            inputs.patches());
    name = "winograd" + algorithm.outputs() + "-" + chunkProducts.tileName(tiles.lanes());
    workerBytes = patches.bytes() + products.bytes() + wasteBytes() + scratchBytes();
  }

  private int chunk(long all, int elementsOfPatch) {
    long wanted =
        Math.min(
            CHUNK_BYTES / Float.BYTES / elementsOfPatch,
            all / ((long) pool.workers() * CHUNKS_OF_WORKER));
    return (int) Math.max(TILE_ROWS, wanted / TILE_ROWS * TILE_ROWS);
  }

  private long zerosBytes() {
    return (long) Float.BYTES * inputs.channels();
  }

  private long wasteBytes() {
    return (long) Float.BYTES * outputs.channels();
  }

  private long scratchBytes() {
    return Math.max(
        filterTransform.scratchBytes(),
        Math.max(inputTransform.scratchBytes(), outputTransform.scratchBytes()));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long workspaceBytes() {
    return weights.bytes()
        + filterTransform.filterBytes()
        + zerosBytes()
        + pool.workers() * workerBytes;
  }

  @Override
  public void run(long first, long second, long biasAddress, long result, long workspace) {
    input = first;
    bias = biasAddress;
    output = result;
    transformed = workspace;
    long packed = transformed + weights.bytes();
    zeros = packed + filterTransform.filterBytes();
    workers = zeros + zerosBytes();
    NativeMemory.clear(zeros, zerosBytes());
    pack.run(pool, second, packed);
    filterTransform.run(pool, packed, transformed, workers, workerBytes);
    pool.run((inputs.patches() + chunk - 1) / chunk, chunkProducts.nanos(), this);
  }

  @Override
  public void run(long first, long end, int worker) {
    long own = workers + worker * workerBytes;
    long ownProducts = own + patches.bytes();
    long waste = ownProducts + products.bytes();
    long scratch = waste + wasteBytes();
    long[] pixels = addresses[worker];
    for (long unit = first; unit < end; unit++) {
      long begin = unit * chunk;
      int count = (int) Math.min(chunk, inputs.patches() - begin);
      for (int i = 0; i < count; i++) {
        inputs.addressesByColumns(begin + i, input, zeros, pixels);
        long row = own + (long) Float.BYTES * i * patches.channels();
        inputTransform.run(0, pixels, row, toPatches, patches.channels(), 0, scratch);
      }
      IndirectProduct points = chunkProducts.of(count);
      points.run(0, points.units(), own, transformed, ownProducts, 0);
      for (int i = 0; i < count; i++) {
        outputs.addressesByRows(begin + i, output, waste, pixels);
        long row = ownProducts + (long) Float.BYTES * i * products.channels();
        outputTransform.run(row, fromProducts, 0, pixels, products.channels(), bias, scratch);
      }
    }
  }
}
