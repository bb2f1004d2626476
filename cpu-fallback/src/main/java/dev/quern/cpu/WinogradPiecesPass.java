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
  private final PatchReader inputs;
  private final PatchReader gradients;
  private final FilterTransform filterTransform;
  private final ElementLoops elements;
  private final Planes sums;
  private final long patches;
  private final int piece;
  private final int pieces;
  private final ChunkProducts firstProducts;
  private final ChunkProducts nextProducts;
  private final Rearrangement unpack;
  private final WorkerPool.Loop addUp = this::addUp;
  private final String name;
  private final long workerBytes;

  private long gradientRows;
  private long totals;
  private long workers;

  WinogradPiecesPass(
      CpuDevice device, Conv2d.Spec spec, Winograd algorithm, FilterLayouts layouts) {
    pool = device.pool();
    PatchGrid grid = PatchGrid.inputs(spec, algorithm);
    PatchGrid outputs = PatchGrid.outputs(spec, algorithm);
    inputs = new PatchReader(device, grid, algorithm.input(), LEAST_OF_PIECE);
    gradients = new PatchReader(device, outputs, algorithm.gradient(), LEAST_OF_PIECE);
    patches = grid.patches();
    piece = (int) Math.max(LEAST_OF_PIECE, (patches + MOST_PIECES - 1) / MOST_PIECES);
    pieces = (int) ((patches + piece - 1) / piece);
    filterTransform = FilterTransform.gradient(spec, algorithm, device.simd().transforms(), pieces);
    elements = device.simd().elements();
    sums = new Planes(algorithm.size(), spec.c(), spec.k());
    TileSet tiles = device.simd().tiles();
    firstProducts = products(tiles, false);
    nextProducts = products(tiles, true);
    unpack = layouts.unpackRows();
    name = "winograd" + algorithm.outputs() + "-" + firstProducts.tileName(tiles.lanes());
    workerBytes =
        inputs.planes().bytes() + gradients.planes().bytes() + sums.bytes() + scratchBytes();
  }

  /** Whether this is the better way for filters of this size. */
  static boolean suits(Conv2d.Spec spec, Winograd algorithm) {
    return new Planes(algorithm.size(), spec.c(), spec.k()).bytes() <= MOST_SUM_BYTES;
  }

  private ChunkProducts products(TileSet tiles, boolean adds) {
    return new ChunkProducts(
        count ->
            Planes.transposedProduct(tiles, inputs.planes(), gradients.planes(), sums, count, adds),
        LEAST_OF_PIECE,
        piece,
        patches % piece);
  }

  private long scratchBytes() {
    return Math.max(
        filterTransform.scratchBytes(), Math.max(inputs.scratchBytes(), gradients.scratchBytes()));
  }

  /** Bytes of a row c of a piece's gradient, or of their sum. */
  private long rowBytes() {
    return filterTransform.filterBytes() / sums.rows();
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
    return (pieces + 1) * filterTransform.filterBytes()
        + zerosBytes()
        + pool.workers() * workerBytes;
  }

  @Override
  public void run(long first, long second, long bias, long result, long workspace) {
    gradientRows = workspace;
    totals = gradientRows + pieces * filterTransform.filterBytes();
    long zeros = totals + filterTransform.filterBytes();
    workers = zeros + zerosBytes();
    NativeMemory.clear(zeros, zerosBytes());
    inputs.from(first, zeros);
    gradients.from(second, zeros);
    pool.run(pieces, firstProducts.nanos(), this);
    pool.run(sums.rows(), pieces * rowBytes() * ADDING_NANOS, addUp);
    unpack.run(pool, totals, result);
  }

  @Override
  public void run(long first, long end, int worker) {
    long own = workers + worker * workerBytes;
    long ownGradients = own + inputs.planes().bytes();
    long ownSums = ownGradients + gradients.planes().bytes();
    long scratch = ownSums + sums.bytes();
    for (long unit = first; unit < end; unit++) {
      long last = Math.min((unit + 1) * piece, patches);
      ChunkProducts products = firstProducts;
      for (long begin = unit * piece; begin < last; begin += LEAST_OF_PIECE) {
        int count = (int) Math.min(LEAST_OF_PIECE, last - begin);
        inputs.read(begin, count, own, worker, scratch);
        gradients.read(begin, count, ownGradients, worker, scratch);
        IndirectProduct points = products.of(count);
        points.run(0, points.units(), own, ownGradients, ownSums, 0);
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
}
