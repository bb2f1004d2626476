package dev.quern.cpu;

import dev.quern.kernels.Conv2d;

/**
 * The gradient by the filters after {@link Winograd}, for filters whose sums fit a second-level
 * cache. The patches are cut into pieces; a worker adds up a piece by itself, and nothing that it
 * computes on the way leaves its cache. How many pieces there are follows from the spec alone, so
 * each sum is one chain of operations whatever the number of threads.
 *
 * <p>The workspace holds the gradients of all pieces and their sum, [c, r, s, k], a pixel of zeros,
 * and for each worker patches of input and gradient, sums, and a transform's scratch.
 */
final class WinogradPiecesPass implements ConvPass, WorkerPool.Loop {
  /** Sums of a worker: past half a second-level cache {@link WinogradFilterPass} is faster. */
  private static final long MOST_SUM_BYTES = 512 << 10;

  /** Patches of a piece: below, turning its sums into gradients would take longer than the sums. */
  private static final int LEAST_OF_PIECE = 18;

  /** Pieces at most: each is as large as the filters. */
  private static final int MOST_PIECES = 64;

  /** What adding up takes for each byte. */
  private static final double ADDING_NANOS = 0.02;

  private final WorkerPool pool;
  private final PatchGrid inputs;
  private final PatchGrid outputs;
  private final PatchTransform inputTransform;
  private final PatchTransform gradientTransform;
  private final FilterTransform filterTransform;
  private final ElementLoops elements;
  private final Planes values;
  private final Planes gradients;
  private final Planes sums;
  private final long[] toValues;
  private final long[] toGradients;
  private final long[][] addresses;
  private final int piece;
  private final int pieces;
  private final ChunkProducts firstProducts;
  private final ChunkProducts nextProducts;
  private final Rearrangement unpack;
  private final WorkerPool.Loop addUp = this::addUp;
  private final String name;
  private final long workerBytes;

  private long input;
  private long gradient;
  private long gradientRows;
  private long totals;
  private long zeros;
  private long workers;

  WinogradPiecesPass(
      CpuDevice device, Conv2d.Spec spec, Winograd algorithm, FilterLayouts layouts) {
    pool = device.pool();
    inputs = PatchGrid.inputs(spec, algorithm);
    outputs = PatchGrid.outputs(spec, algorithm);
    TransformSet transforms = device.simd().transforms();
    inputTransform = new PatchTransform(transforms, LineShape.plain(algorithm.input()));
    gradientTransform = new PatchTransform(transforms, LineShape.plain(algorithm.gradient()));
    long all = inputs.patches();
    piece = (int) Math.max(LEAST_OF_PIECE, (all + MOST_PIECES - 1) / MOST_PIECES);
    pieces = (int) ((all + piece - 1) / piece);
    filterTransform = FilterTransform.gradient(spec, algorithm, transforms, pieces);
    elements = device.simd().elements();
    int size = algorithm.size();
    values = new Planes(size, LEAST_OF_PIECE, spec.c());
    gradients = new Planes(size, LEAST_OF_PIECE, spec.k());
    sums = new Planes(size, spec.c(), spec.k());
    toValues = values.byRows();
    toGradients = gradients.byRows();
    addresses = PatchGrid.tables(pool.workers(), size);
    TileSet tiles = device.simd().tiles();
    firstProducts = products(tiles, false);
    nextProducts = products(tiles, true);
    unpack = layouts.unpackRows();
    name = "winograd" + algorithm.outputs() + "-" + firstProducts.tileName(tiles.lanes());
    workerBytes = values.bytes() + gradients.bytes() + sums.bytes() + scratchBytes();
  }

  /** Whether this is the better way for filters of this size. */
  static boolean suits(Conv2d.Spec spec, Winograd algorithm) {
    return new Planes(algorithm.size(), spec.c(), spec.k()).bytes() <= MOST_SUM_BYTES;
  }

  private ChunkProducts products(TileSet tiles, boolean adds) {
    return new ChunkProducts(
        count -> Planes.transposedProduct(tiles, values, gradients, sums, count, adds),
        LEAST_OF_PIECE,
        piece,
        inputs.patches() % piece);
  }

  private long scratchBytes() {
    return Math.max(
        filterTransform.scratchBytes(),
        Math.max(inputTransform.scratchBytes(), gradientTransform.scratchBytes()));
  }

  /** Bytes of a row c of a piece's gradient, or of their sum. */
  private long rowBytes() {
    return filterTransform.filterBytes() / values.channels();
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
    return (pieces + 1) * filterTransform.filterBytes()
        + zerosBytes()
        + pool.workers() * workerBytes;
  }

  @Override
  public void run(long first, long second, long bias, long result, long workspace) {
    input = first;
    gradient = second;
    gradientRows = workspace;
    totals = gradientRows + pieces * filterTransform.filterBytes();
    zeros = totals + filterTransform.filterBytes();
    workers = zeros + zerosBytes();
    NativeMemory.clear(zeros, zerosBytes());
    pool.run(pieces, firstProducts.nanos(), this);
    pool.run(values.channels(), pieces * rowBytes() * ADDING_NANOS, addUp);
    unpack.run(pool, totals, result);
  }

  @Override
  public void run(long first, long end, int worker) {
    long own = workers + worker * workerBytes;
    long ownSums = own + values.bytes() + gradients.bytes();
    long scratch = ownSums + sums.bytes();
    for (long unit = first; unit < end; unit++) {
      long last = Math.min((unit + 1) * piece, inputs.patches());
      ChunkProducts products = firstProducts;
      for (long begin = unit * piece; begin < last; begin += LEAST_OF_PIECE) {
        int count = (int) Math.min(LEAST_OF_PIECE, last - begin);
        transform(begin, count, own, scratch, addresses[worker]);
        IndirectProduct points = products.of(count);
        points.run(0, points.units(), own, own + values.bytes(), ownSums, 0);
        products = nextProducts;
      }
      filterTransform.run(ownSums, gradientRows + unit * rowBytes(), scratch);
    }
  }

  /** Adds up the pieces' rows, in their order. */
  private void addUp(long first, long end, int worker) {
    int count = (int) (rowBytes() / Float.BYTES);
    for (long row = first; row < end; row++) {
      long parts = gradientRows + row * pieces * rowBytes();
      elements.sumColumns(parts, pieces, count, totals + row * rowBytes());
    }
  }

  private void transform(long begin, int count, long own, long scratch, long[] pixels) {
    long ownGradients = own + values.bytes();
    for (int i = 0; i < count; i++) {
      long row = own + (long) Float.BYTES * i * values.channels();
      inputs.addressesByColumns(begin + i, input, zeros, pixels);
      inputTransform.run(0, pixels, row, toValues, values.channels(), 0, scratch);
      row = ownGradients + (long) Float.BYTES * i * gradients.channels();
      outputs.addressesByColumns(begin + i, gradient, zeros, pixels);
      gradientTransform.run(0, pixels, row, toGradients, gradients.channels(), 0, scratch);
    }
  }
}
