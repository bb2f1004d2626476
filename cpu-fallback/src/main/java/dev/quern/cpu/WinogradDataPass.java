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
  private final PatchGrid inputs;
  private final PatchGrid outputs;
  private final PatchTransform gradientTransform;
  private final PatchTransform inputTransform;
  private final FilterTransform filterTransform;
  private final Planes weights;
  private final Planes gradients;
  private final Planes products;
  private final long[] toGradients;
  private final long[] fromProducts;
  private final long[][] addresses;
  private final long unit;
  private final int chunk;
  private final ChunkProducts chunkProducts;
  private final String name;
  private final long workerBytes;

  private long gradient;
  private long result;
  private long transformed;
  private long zeros;
  private long workers;

  WinogradDataPass(CpuDevice device, Conv2d.Spec spec, Winograd algorithm) {
    pool = device.pool();
    inputs = PatchGrid.inputs(spec, algorithm);
    outputs = PatchGrid.outputs(spec, algorithm);
    TransformSet transforms = device.simd().transforms();
    filterTransform = FilterTransform.backward(spec, algorithm, transforms);
    gradientTransform = new PatchTransform(transforms, LineShape.plain(algorithm.gradient()));
    inputTransform = new PatchTransform(transforms, LineShape.adding(algorithm.inputGradient()));
    int size = algorithm.size();
    weights = new Planes(size, spec.k(), spec.c());
    long most = CHUNK_BYTES / Float.BYTES / size / size / (spec.c() + spec.k());
    long shared = spec.n() / ((long) pool.workers() * UNITS_OF_WORKER);
    unit = Math.max(1, Math.min(most / inputs.ofImage(), shared)) * inputs.ofImage();
    chunk = (int) Math.min(unit, Math.max(TILE_ROWS, most / TILE_ROWS * TILE_ROWS));
    gradients = new Planes(size, chunk, spec.k());
    products = new Planes(size, chunk, spec.c());
    toGradients = gradients.byRows();
    fromProducts = products.byColumns();
    addresses = PatchGrid.tables(pool.workers(), size);
    TileSet tiles = device.simd().tiles();
    chunkProducts =
        new ChunkProducts(
            count -> Planes.product(tiles, gradients, weights, products, count),
            chunk,
            unit,
            inputs.patches() % unit);
    name = "winograd" + algorithm.outputs() + "-" + chunkProducts.tileName(tiles.lanes());
    workerBytes = gradients.bytes() + products.bytes() + wasteBytes() + scratchBytes();
  }

  private long zerosBytes() {
    return (long) Float.BYTES * outputs.channels();
  }

  private long wasteBytes() {
    return (long) Float.BYTES * inputs.channels();
  }

  private long scratchBytes() {
    return Math.max(
        filterTransform.scratchBytes(),
        Math.max(gradientTransform.scratchBytes(), inputTransform.scratchBytes()));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long workspaceBytes() {
    return weights.bytes() + zerosBytes() + pool.workers() * workerBytes;
  }

  @Override
  public void run(long first, long second, long bias, long target, long workspace) {
    gradient = first;
    result = target;
    transformed = workspace;
    zeros = transformed + weights.bytes();
    workers = zeros + zerosBytes();
    NativeMemory.clear(zeros, zerosBytes());
    filterTransform.run(pool, second, transformed, workers, workerBytes);
    pool.run((inputs.patches() + unit - 1) / unit, chunkProducts.nanos(), this);
  }

  @Override
  public void run(long first, long end, int worker) {
    long last = Math.min(end * unit, inputs.patches());
    long image = inputs.imageBytes();
    long begin = first * unit;
    NativeMemory.clear(
        result + begin / inputs.ofImage() * image, (last - begin) / inputs.ofImage() * image);
    while (begin < last) {
      long unitEnd = Math.min(begin / unit * unit + unit, last);
      int count = (int) Math.min(chunk, unitEnd - begin);
      runChunk(begin, count, worker);
      begin += count;
    }
  }

  private void runChunk(long begin, int count, int worker) {
    long own = workers + worker * workerBytes;
    long ownProducts = own + gradients.bytes();
    long waste = ownProducts + products.bytes();
    long scratch = waste + wasteBytes();
    long[] pixels = addresses[worker];
    for (int i = 0; i < count; i++) {
      outputs.addressesByColumns(begin + i, gradient, zeros, pixels);
      long row = own + (long) Float.BYTES * i * gradients.channels();
      gradientTransform.run(0, pixels, row, toGradients, gradients.channels(), 0, scratch);
    }
    IndirectProduct points = chunkProducts.of(count);
    points.run(0, points.units(), own, transformed, ownProducts, 0);
    for (int i = 0; i < count; i++) {
      inputs.addressesByRows(begin + i, result, waste, pixels);
      long row = ownProducts + (long) Float.BYTES * i * products.channels();
      inputTransform.run(row, fromProducts, 0, pixels, products.channels(), 0, scratch);
    }
  }
}
