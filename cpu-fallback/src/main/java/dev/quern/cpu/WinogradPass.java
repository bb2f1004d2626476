package dev.quern.cpu;

import dev.quern.cpu.IndirectProduct.Repeat;
import dev.quern.cpu.TileShape.Ending;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.indirect.IndirectTables;
import org.jspecify.annotations.Nullable;

/**
 * The forward pass, or the gradient by the input, after {@link Winograd}. The gradient is the same
 * convolution, of the output's gradient with the filters turned round.
 *
 * <p>A worker takes some patches at a time: transforms them, multiplies them, point by point, with
 * the transformed filters, and transforms the products back. What lies between stays in its
 * second-level cache. Each output is one chain of operations, however the patches are shared out.
 *
 * <p>The workspace holds the transformed filters, those in packed order, a pixel of zeros, and for
 * each worker patches, products, a pixel of waste and a transform's scratch.
 */
final class WinogradPass implements ConvPass, WorkerPool.Loop {
  /** Patches and products of a worker: half of a second-level cache. */
  private static final long CHUNK_BYTES = 512 << 10;

  /** Chunks that each worker has at least, where there are enough patches: they end together. */
  private static final int CHUNKS_OF_WORKER = 4;

  /** Rows of a register tile; chunks are a multiple of it. */
  private static final int TILE_ROWS = 6;

  private final WorkerPool pool;
  private final PatchGrid inputs;
  private final PatchGrid outputs;
  private final PatchTransform inputTransform;
  private final PatchTransform outputTransform;
  private final FilterTransform filterTransform;
  private final @Nullable Rearrangement pack;
  private final Planes weights;
  private final Planes patches;
  private final Planes products;
  private final long[] toPatches;
  private final long[] fromProducts;
  private final long[][] addresses;
  private final int chunk;
  private final IndirectProduct product;
  private final @Nullable IndirectProduct lastProduct;
  private final String name;
  private final long workerBytes;

  private long input;
  private long bias;
  private long output;
  private long transformed;
  private long zeros;
  private long workers;

  private WinogradPass(
      CpuDevice device,
      Winograd algorithm,
      PatchGrid inputs,
      PatchGrid outputs,
      LineShape ending,
      FilterTransform filterTransform,
      @Nullable Rearrangement pack) {
    pool = device.pool();
    this.inputs = inputs;
    this.outputs = outputs;
    this.filterTransform = filterTransform;
    this.pack = pack;
    TransformSet transforms = device.simd().transforms();
    inputTransform = new PatchTransform(transforms, LineShape.plain(algorithm.input()));
    outputTransform = new PatchTransform(transforms, ending);
    int size = algorithm.size();
    weights = new Planes(size, inputs.channels(), outputs.channels());
    chunk = chunk(inputs.patches(), size * size * (inputs.channels() + outputs.channels()));
    patches = new Planes(size, chunk, inputs.channels());
    products = new Planes(size, chunk, outputs.channels());
    toPatches = patches.byRows();
    fromProducts = products.byColumns();
    addresses = new long[pool.workers()][size * size];
    TileSet tiles = device.simd().tiles();
    product = product(tiles, chunk);
    int rest = (int) (inputs.patches() % chunk);
    lastProduct = rest == 0 ? null : product(tiles, rest);
    name = "winograd" + algorithm.outputs() + "-" + product.tileName(tiles.lanes());
    workerBytes = patches.bytes() + products.bytes() + wasteBytes() + scratchBytes();
  }

  /** The forward pass. */
  static WinogradPass forward(
      CpuDevice device, Conv2d.Spec spec, Winograd algorithm, Rearrangement pack) {
    return new WinogradPass(
        device,
        algorithm,
        inputs(spec, algorithm),
        outputs(spec, algorithm),
        new LineShape(algorithm.output(), spec.epilogue().hasBias(), spec.epilogue().hasRelu()),
        FilterTransform.forward(spec, algorithm, device.simd().transforms()),
        pack);
  }

  /** The gradient by the input: a convolution padded by what a filter reaches beyond the output. */
  static WinogradPass backwardData(CpuDevice device, Conv2d.Spec spec, Winograd algorithm) {
    int step = algorithm.outputs();
    int rows = (spec.h() + step - 1) / step;
    int columns = (spec.w() + step - 1) / step;
    int beyond = Winograd.TAPS - 1;
    PatchGrid inputs =
        new PatchGrid(
            spec.n(),
            spec.p(),
            spec.q(),
            spec.k(),
            algorithm.size(),
            step,
            beyond - spec.padTop(),
            beyond - spec.padLeft(),
            rows,
            columns);
    PatchGrid outputs =
        new PatchGrid(spec.n(), spec.h(), spec.w(), spec.c(), step, step, 0, 0, rows, columns);
    return new WinogradPass(
        device,
        algorithm,
        inputs,
        outputs,
        LineShape.plain(algorithm.output()),
        FilterTransform.turned(spec, algorithm, device.simd().transforms()),
        null);
  }

  /** The input's patches: those of neighbours overlap by what a filter reaches. */
  static PatchGrid inputs(Conv2d.Spec spec, Winograd algorithm) {
    PatchGrid outputs = outputs(spec, algorithm);
    return new PatchGrid(
        spec.n(),
        spec.h(),
        spec.w(),
        spec.c(),
        algorithm.size(),
        algorithm.outputs(),
        spec.padTop(),
        spec.padLeft(),
        outputs.rows(),
        outputs.columns());
  }

  /** The output's patches. */
  static PatchGrid outputs(Conv2d.Spec spec, Winograd algorithm) {
    int step = algorithm.outputs();
    return new PatchGrid(
        spec.n(),
        spec.p(),
        spec.q(),
        spec.k(),
        step,
        step,
        0,
        0,
        (spec.p() + step - 1) / step,
        (spec.q() + step - 1) / step);
  }

  private int chunk(long all, int elementsOfPatch) {
    long wanted =
        Math.min(
            CHUNK_BYTES / Float.BYTES / elementsOfPatch,
            all / ((long) pool.workers() * CHUNKS_OF_WORKER));
    return (int) Math.max(TILE_ROWS, wanted / TILE_ROWS * TILE_ROWS);
  }

  private IndirectProduct product(TileSet tiles, int rows) {
    IndirectTables tables =
        new IndirectTables(
            IndirectTables.regular(rows, patches.channels()),
            IndirectTables.regular(rows, products.channels()),
            IndirectTables.regularSteps(patches.channels(), 1, products.channels()));
    Repeat points =
        new Repeat(patches.count(), patches.stride(), weights.stride(), products.stride(), 0);
    return new IndirectProduct(
        tiles, tables, products.channels(), Ending.PLAIN, 1, 0, points, Repeat.ONCE);
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

  private long packedBytes() {
    return pack == null ? 0 : (long) Float.BYTES * 9 * inputs.channels() * outputs.channels();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long workspaceBytes() {
    return weights.bytes() + packedBytes() + zerosBytes() + pool.workers() * workerBytes;
  }

  @Override
  public void run(long first, long second, long biasAddress, long result, long workspace) {
    input = first;
    bias = biasAddress;
    output = result;
    transformed = workspace;
    long packed = transformed + weights.bytes();
    zeros = packed + packedBytes();
    workers = zeros + zerosBytes();
    for (long at = zeros; at < workers; at += Float.BYTES) {
      NativeMemory.setFloat(at, 0);
    }
    long filters = second;
    if (pack != null) {
      pack.run(pool, second, packed);
      filters = packed;
    }
    filterTransform.run(pool, filters, transformed, workers, workerBytes);
    pool.run((inputs.patches() + chunk - 1) / chunk, 1, this);
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
      IndirectProduct points = count == chunk || lastProduct == null ? product : lastProduct;
      points.run(0, points.units(), own, transformed, ownProducts, 0);
      for (int i = 0; i < count; i++) {
        outputs.addressesByRows(begin + i, output, waste, pixels);
        long row = ownProducts + (long) Float.BYTES * i * products.channels();
        outputTransform.run(row, fromProducts, 0, pixels, products.channels(), bias, scratch);
      }
    }
  }
}
