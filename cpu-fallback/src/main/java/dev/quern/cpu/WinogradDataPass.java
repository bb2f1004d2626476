package dev.quern.cpu;

import dev.quern.kernels.Conv2d;

/**
 * The gradient by the input after {@link Winograd}: the forward pass backwards, so that it takes as
 * many products. Where patches overlap their gradients are added up.
 *
 * <p>A worker takes some images at a time, and of these as many patches as its second-level cache
 * holds. All patches of an image are added by one worker in their order, so the number of threads
 * changes nothing.
 *
 * <p>The workspace holds the transformed filters, a pixel of zeros, and for each worker patches,
 * products, a pixel of waste and a transform's scratch.
 */
final class WinogradDataPass implements ConvPass, WorkerPool.Loop {
  /** Patches and products of a worker: half of a second-level cache. */
  private static final long CHUNK_BYTES = 512 << 10;

  /** Units that each worker has at least, where there are enough images. */
  private static final int UNITS_OF_WORKER = 4;

  /** Rows of a register tile; chunks are a multiple of it. */
  private static final int TILE_ROWS = 6;

  private final WorkerPool pool;
  private final PatchGrid grid;
  private final PatchReader outputs;
  private final PatchWriter inputs;
  private final FilterTransform filterTransform;
  private final Planes weights;
  private final long unit;
  private final int chunk;
  private final ChunkProducts chunkProducts;
  private final String name;
  private final long workerBytes;

  private long result;
  private long transformed;
  private long workers;

  WinogradDataPass(CpuDevice device, Conv2d.Spec spec, Winograd algorithm) {
    pool = device.pool();
    filterTransform = FilterTransform.backward(spec, algorithm, device.simd().transforms());
    int size = algorithm.size();
    weights = new Planes(size, spec.k(), spec.c());
    grid = PatchGrid.inputs(spec, algorithm);
    long most = CHUNK_BYTES / Float.BYTES / size / size / (spec.c() + spec.k());
    long shared = spec.n() / ((long) pool.workers() * UNITS_OF_WORKER);
    unit = Math.max(1, Math.min(most / grid.ofImage(), shared)) * grid.ofImage();
    chunk = (int) Math.min(unit, Math.max(TILE_ROWS, most / TILE_ROWS * TILE_ROWS));
    outputs =
        new PatchReader(device, PatchGrid.outputs(spec, algorithm), algorithm.gradient(), chunk);
    inputs = new PatchWriter(device, grid, LineShape.adding(algorithm.inputGradient()), chunk);
    TileSet tiles = device.simd().tiles();
    chunkProducts =
        new ChunkProducts(
            count -> Planes.product(tiles, outputs.planes(), weights, inputs.planes(), count),
            chunk,
            unit,
            grid.patches() % unit);
    name = "winograd" + algorithm.outputs() + "-" + chunkProducts.tileName(tiles.lanes());
    workerBytes = outputs.planes().bytes() + inputs.planes().bytes() + scratchBytes();
  }

  private long scratchBytes() {
    return Math.max(
        filterTransform.scratchBytes(), Math.max(outputs.scratchBytes(), inputs.scratchBytes()));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long workspaceBytes() {
    return weights.bytes() + outputs.zerosBytes() + pool.workers() * workerBytes;
  }

  @Override
  public void run(long first, long second, long bias, long target, long workspace) {
    result = target;
    transformed = workspace;
    long zeros = transformed + weights.bytes();
    workers = zeros + outputs.zerosBytes();
    NativeMemory.clear(zeros, outputs.zerosBytes());
    outputs.from(first, zeros);
    inputs.to(target, 0);
    filterTransform.run(pool, second, transformed, workers, workerBytes);
    pool.run((grid.patches() + unit - 1) / unit, chunkProducts.nanos(), this);
  }

  @Override
  public void run(long first, long end, int worker) {
    long own = workers + worker * workerBytes;
    long products = own + outputs.planes().bytes();
    long scratch = products + inputs.planes().bytes();
    long last = Math.min(end * unit, grid.patches());
    long begin = first * unit;
    NativeMemory.clear(
        result + begin / grid.ofImage() * grid.imageBytes(),
        (last - begin) / grid.ofImage() * grid.imageBytes());
    while (begin < last) {
      long unitEnd = Math.min(begin / unit * unit + unit, last);
      int count = (int) Math.min(chunk, unitEnd - begin);
      outputs.read(begin, count, own, worker, scratch);
      IndirectProduct points = chunkProducts.of(count);
      points.run(0, points.units(), own, transformed, products, 0);
      inputs.write(begin, count, products, worker, scratch);
      begin += count;
    }
  }
}
