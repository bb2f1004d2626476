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
  private final PatchReader inputs;
  private final PatchWriter outputs;
  private final FilterTransform filterTransform;
  private final Rearrangement pack;
  private final Planes weights;
  private final long patches;
  private final int chunk;
  private final ChunkProducts chunkProducts;
  private final String name;
  private final long workerBytes;

  private long transformed;
  private long workers;

  /**
   * A pass.
   *
   * @param pack filters to packed order
   */
  WinogradForwardPass(CpuDevice device, Conv2d.Spec spec, Winograd algorithm, Rearrangement pack) {
    pool = device.pool();
    this.pack = pack;
    filterTransform = FilterTransform.forward(spec, algorithm, device.simd().transforms());
    int size = algorithm.size();
    weights = new Planes(size, spec.c(), spec.k());
    PatchGrid grid = PatchGrid.inputs(spec, algorithm);
    patches = grid.patches();
    chunk = chunk(patches, size * size * (spec.c() + spec.k()));
    inputs = new PatchReader(device, grid, algorithm.input(), chunk);
    LineShape last =
        new LineShape(
            algorithm.output(), false, spec.epilogue().hasBias(), spec.epilogue().hasRelu());
    outputs = new PatchWriter(device, PatchGrid.outputs(spec, algorithm), last, chunk);
    TileSet tiles = device.simd().tiles();
    chunkProducts =
        new ChunkProducts(
            count -> Planes.product(tiles, inputs.planes(), weights, outputs.planes(), count),
            chunk,
            patches);
    name = "winograd" + algorithm.outputs() + "-" + chunkProducts.tileName(tiles.lanes());
    workerBytes = inputs.planes().bytes() + outputs.planes().bytes() + scratchBytes();
  }

  private int chunk(long all, int elementsOfPatch) {
    long wanted =
        Math.min(
            CHUNK_BYTES / Float.BYTES / elementsOfPatch,
            all / ((long) pool.workers() * CHUNKS_OF_WORKER));
    return (int) Math.max(TILE_ROWS, wanted / TILE_ROWS * TILE_ROWS);
  }

  private long scratchBytes() {
    return Math.max(
        filterTransform.scratchBytes(), Math.max(inputs.scratchBytes(), outputs.scratchBytes()));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long workspaceBytes() {
    return weights.bytes()
        + filterTransform.filterBytes()
        + inputs.zerosBytes()
        + pool.workers() * workerBytes;
  }

  @Override
  public void run(long first, long second, long bias, long result, long workspace) {
    transformed = workspace;
    long packed = transformed + weights.bytes();
    long zeros = packed + filterTransform.filterBytes();
    workers = zeros + inputs.zerosBytes();
    NativeMemory.clear(zeros, inputs.zerosBytes());
    inputs.from(first, zeros);
    outputs.to(result, bias);
    pack.run(pool, second, packed);
    filterTransform.run(pool, packed, transformed, workers, workerBytes);
    pool.run((patches + chunk - 1) / chunk, chunkProducts.nanos(), this);
  }

  @Override
  public void run(long first, long end, int worker) {
    long own = workers + worker * workerBytes;
    long products = own + inputs.planes().bytes();
    long scratch = products + outputs.planes().bytes();
    for (long unit = first; unit < end; unit++) {
      long begin = unit * chunk;
      int count = (int) Math.min(chunk, patches - begin);
      inputs.read(begin, count, own, worker, scratch);
      IndirectProduct points = chunkProducts.of(count);
      points.run(0, points.units(), own, transformed, products, 0);
      outputs.write(begin, count, products, worker, scratch);
    }
  }
}
