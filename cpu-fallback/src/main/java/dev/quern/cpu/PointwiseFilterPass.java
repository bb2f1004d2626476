package dev.quern.cpu;

import dev.quern.cpu.PointwiseGradient.Block;
import dev.quern.kernels.Conv2d;

/**
 * The gradient by filters of one tap, packed: a sum over the pixels of a batch, in pieces that the
 * caches hold. Of a piece a worker transposes a block of channels into memory of its own, where
 * tiles then read one element after the other, not a line of the cache for each pixel, and
 * multiplies it with the other operand where that lies, panel by panel.
 *
 * <p>The pieces of a round have partial sums of their own, so that there is work for many
 * processors; the next round adds to them. The workspace holds the partial sums, and for each
 * worker a packed block.
 */
final class PointwiseFilterPass implements ConvPass, WorkerPool.Loop {
  /** Panels of blocks that a round has, where there are enough pieces: for many processors. */
  private static final int UNITS = 128;

  /** Elements of all partial sums, 20 MB: adding up more takes longer than it saves. */
  private static final long MOST_SUM_ELEMENTS = 5 << 20;

  /** What a multiply-add of vectors takes, about. */
  private static final double NANOS = 0.2;

  /** Longs between two workers' entries: two cache lines, as neighbours are fetched in pairs. */
  private static final int PAD = 16;

  private final WorkerPool pool;
  private final PixelPieces pieces;
  private final Block[][] blocks;
  private final int blockCount;
  private final int panels;
  private final int parallel;
  private final boolean turned;

  /** Whether there is one sum, in the filters' order: it needs no memory of its own. */
  private final boolean inPlace;

  private final long sumElements;
  private final long packedBytes;
  private final PartialSums total;
  private final Rearrangement unpack;
  private final long nextBytes;
  private final int rightChannels;
  private final double nanos;
  private final String name;

  /** For each worker which block it has packed last. */
  private final long[] packedLast;

  private long round;
  private int first;
  private long left;
  private long right;
  private long sums;
  private long packed;

  PointwiseFilterPass(CpuDevice device, Conv2d.Spec spec) {
    TileSet tiles = device.simd().tiles();
    PointwiseGradient gradient = new PointwiseGradient(spec, tiles);
    pool = device.pool();
    pieces = gradient.pieces();
    blockCount = gradient.blocks();
    panels = gradient.panels();
    turned = gradient.turned();
    sumElements = gradient.sumElements();
    packedBytes = gradient.packedElements() * Float.BYTES;
    parallel = parallel();
    inPlace = turned && parallel == 1;
    total = new PartialSums(device.simd().elements(), parallel, sumElements);
    unpack = gradient.unpack();
    packedLast = new long[pool.workers() * PAD];
    blocks = new Block[pieces.kinds()][];
    for (int kind = 0; kind < blocks.length; kind++) {
      blocks[kind] = gradient.blocks(kind);
    }
    nextBytes = gradient.nextBytes();
    rightChannels = turned ? spec.c() : spec.k();
    Block block = blocks[0][0];
    nanos = NANOS * pieces.most() * sumElements / tiles.lanes() / blockCount / panels;
    name = "pointwise-" + block.start().tileName(tiles.lanes());
  }

  /** Pieces of a round; they depend on the problem alone, as the sums' bits depend on them. */
  private int parallel() {
    int wanted = Math.ceilDiv(UNITS, blockCount * panels);
    long room = Math.max(1, MOST_SUM_ELEMENTS / sumElements);
    return (int) Math.min(pieces.count(), Math.min(wanted, room));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long workspaceBytes() {
    return sumBytes() + pool.workers() * packedBytes + NativeMemory.SLACK_BYTES;
  }

  private long sumBytes() {
    return inPlace ? 0 : parallel * sumElements * Float.BYTES;
  }

  @Override
  public void run(long x, long dy, long bias, long dw, long workspace) {
    left = turned ? dy : x;
    right = turned ? x : dy;
    sums = inPlace ? dw : workspace;
    packed = workspace + sumBytes();
    for (first = 0; first < pieces.count(); first += parallel) {
      round++;
      int count = Math.min(parallel, pieces.count() - first);
      pool.run((long) count * blockCount * panels, nanos, this);
    }
    if (!inPlace) {
      total.run(pool, sums);
      unpack.run(pool, sums, dw);
    }
  }

  /** Units are panels of blocks of pieces. */
  @Override
  public void run(long from, long to, int worker) {
    long room = packed + worker * packedBytes;
    for (long unit = from; unit < to; unit++) {
      int panel = (int) (unit % panels);
      int number = (int) (unit / panels % blockCount);
      int sum = (int) (unit / panels / blockCount);
      int piece = first + sum;
      Block block = blocks[pieces.kind(piece)][number];
      long key = (round * parallel + sum) * blockCount + number;
      if (packedLast[worker * PAD] != key) {
        block.pack().copy(left + Float.BYTES * (leftImage(piece) + block.begin()), room);
        packedLast[worker * PAD] = key;
      }
      IndirectProduct product = first == 0 ? block.start() : block.more();
      long tiles = product.units() / panels;
      long result = sums + Float.BYTES * (sum * sumElements + block.sum());
      product.run(
          panel * tiles,
          (panel + 1) * tiles,
          room,
          right + Float.BYTES * rightImage(piece),
          result,
          0,
          nextBytes == 0 ? result : next(piece) + number * nextBytes);
    }
  }

  /** Where the piece after this one begins in the right operand; the last one is its own next. */
  private long next(int piece) {
    int next = Math.min(piece + 1, pieces.count() - 1);
    return right + Float.BYTES * (rightImage(next) + pieces.firstPixel(next) * rightChannels);
  }

  private long leftImage(int piece) {
    return turned ? pieces.inDy(piece) : pieces.inX(piece);
  }

  private long rightImage(int piece) {
    return turned ? pieces.inX(piece) : pieces.inDy(piece);
  }
}
