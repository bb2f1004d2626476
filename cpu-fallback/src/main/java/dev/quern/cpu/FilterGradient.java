package dev.quern.cpu;

import dev.quern.cpu.IndirectProduct.Repeat;
import dev.quern.cpu.ProductLoop.Part;
import dev.quern.cpu.TileShape.Ending;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.indirect.ConvTables;
import dev.quern.kernels.indirect.IndirectTables;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes the parallel loop of a direct convolution's gradient by its filters: cuts the sum over the
 * pixels of a batch into pieces, for processors and caches.
 */
final class FilterGradient {
  /** Parallel pieces at least, for many-core processors. */
  private static final int PIECES = 64;

  /**
   * Elements of x and dy that a piece should sum over: 1 MB. Each tile reads all of them, from the
   * second-level cache if they fit: 1x1 convolutions of 28 x 28 and 14 x 14 pixels went from 360 to
   * 450 GFLOP/s when it was a quarter of what it had been. Half of that where sums are small: 64
   * channels of 56 x 56 pixels are 10 % faster, 512 10 % slower.
   */
  private static final long PIECE_ELEMENTS = 1 << 18;

  /** And at most: 4 MB, or pictures of 112 x 112 fall to a third of the rate. */
  private static final long MOST_PIECE_ELEMENTS = 1 << 20;

  /** Elements of a small sum, 64 KB. */
  private static final long SMALL_SUM_ELEMENTS = 1 << 14;

  /** Elements of all partial sums, 20 MB: adding up more takes longer than small pieces save. */
  private static final long MOST_SUM_ELEMENTS = 5 << 20;

  private final Conv2d.Spec spec;
  private final TileSet tiles;
  private final ConvProducts products;
  private final int filters;
  private final int channels;
  private final int images;

  FilterGradient(Conv2d.Spec spec, TileSet tiles, ConvProducts products) {
    this.spec = spec;
    this.tiles = tiles;
    this.products = products;
    filters = spec.k() / spec.groups();
    channels = spec.c() / spec.groups();
    images = spec.n();
  }

  /**
   * Whether it is computed as [k, c] instead of [c, k]: vectors are then of x, whose pixels, the
   * longer ones, are read in longer runs.
   */
  boolean turned() {
    return spec.r() * spec.s() * spec.groups() == 1 && channels > filters;
  }

  /** Elements of a partial sum. */
  long sumElements() {
    return turned() ? (long) filters * lead() : products.packedGroup() * spec.groups();
  }

  /** Elements between rows of such a sum: whole vectors. */
  int lead() {
    int columns = turned() ? channels : filters;
    return (columns + tiles.lanes() - 1) / tiles.lanes() * tiles.lanes();
  }

  /**
   * Partial sums that it is cut into. They depend on the problem alone: a sum that was cut
   * differently would be rounded differently.
   */
  int pieces() {
    if (images == 0) {
      return 1;
    }
    long pieces = (products.packedGroup() * spec.groups() + 6L * 64 - 1) / (6L * 64);
    long wanted = Math.min(images, (PIECES + pieces - 1) / pieces);
    long byOffset =
        (images - 1) / (Integer.MAX_VALUE / Math.max(products.inputImage(), products.outputImage()))
            + 1;
    long byCache = Math.min(images, piecesForCache());
    long least = Math.max(byCache, Math.max(wanted, byOffset));
    int each = (int) ((images + least - 1) / least);
    return (images + each - 1) / each * cutsOfImage();
  }

  /** Pieces of the batch by which the caches are used best; follows from the problem. */
  private long piecesForCache() {
    long all = images * imageElements();
    long sum = sumElements();
    long piece = sum <= SMALL_SUM_ELEMENTS ? PIECE_ELEMENTS / 2 : PIECE_ELEMENTS;
    long small = Math.min(all / piece, MOST_SUM_ELEMENTS / sum);
    return Math.max(small, all / MOST_PIECE_ELEMENTS);
  }

  /** Elements of an image that a tile reads; strides may leave some out. */
  private long imageElements() {
    long windows = (long) spec.p() * spec.q();
    return Math.min(products.inputImage(), windows * spec.r() * spec.s() * spec.c())
        + products.outputImage();
  }

  /** Pieces that each image is cut into where it is too large for one; follows from the problem. */
  private int cutsOfImage() {
    if (images == 0) {
      return 1;
    }
    long most = Math.ceilDiv(imageElements(), MOST_PIECE_ELEMENTS);
    return (int) Math.max(1, Math.max(most, piecesForCache() / images));
  }

  /**
   * The partial sums, as [group, r, s, c] rows of k or turned, one behind the other. All taps of a
   * chunk come before the next chunk, so that x and dy are read from memory once, not once for each
   * class of taps.
   */
  ProductLoop loop() {
    int cuts = cutsOfImage();
    int chunks = pieces() / cuts;
    int each = images == 0 ? 0 : (images + chunks - 1) / chunks;
    int rest = images - each * (chunks - 1);
    List<IndirectProduct> whole = products(each, cuts);
    List<IndirectProduct> last = rest == each ? whole : products(rest, cuts);
    long sum = sumElements();
    List<Part> parts = new ArrayList<>();
    for (int chunk = 0; chunk < chunks; chunk++) {
      List<IndirectProduct> taps = chunk < chunks - 1 ? whole : last;
      long image = (long) chunk * each;
      for (int i = 0; i < taps.size(); i++) {
        long cut = (long) chunk * cuts + i / (taps.size() / cuts);
        long x = image * products.inputImage();
        long dy = image * products.outputImage();
        parts.add(new Part(taps.get(i), turned() ? dy : x, turned() ? x : dy, cut * sum));
      }
    }
    return new ProductLoop(parts);
  }

  /** Products of so many images, cut by cut: all classes of taps of the first cut come first. */
  private List<IndirectProduct> products(int count, int cuts) {
    Repeat groups = new Repeat(spec.groups(), channels, filters, products.packedGroup(), 0);
    List<IndirectTables> classes = new ConvTables(spec).backwardFilter(spec.k(), products.lead());
    List<IndirectProduct> result = new ArrayList<>();
    for (int cut = 0; cut < cuts; cut++) {
      for (IndirectTables image : classes) {
        result.add(sumOver(piece(image, cut, cuts), count, groups));
      }
    }
    return result;
  }

  /** One of several equal pieces of the steps of an image. */
  private static IndirectTables piece(IndirectTables image, int piece, int pieces) {
    long count = image.steps().length / 2;
    int from = (int) (2 * (count * piece / pieces));
    int to = (int) (2 * (count * (piece + 1) / pieces));
    return new IndirectTables(
        image.rows(), image.outs(), Arrays.copyOfRange(image.steps(), from, to));
  }

  private IndirectProduct sumOver(IndirectTables image, int count, Repeat groups) {
    IndirectTables tables =
        new IndirectTables(
            image.rows(),
            image.outs(),
            IndirectTables.repeatedSteps(
                image.steps(), count, (int) products.inputImage(), (int) products.outputImage()));
    return new IndirectProduct(
        tiles,
        turned() ? turned(tables) : tables,
        Columns.of(turned() ? channels : filters, tiles),
        Ending.PLAIN,
        1,
        0,
        Repeat.ONCE,
        groups,
        1);
  }

  private IndirectTables turned(IndirectTables tables) {
    int[] steps = new int[tables.steps().length];
    for (int i = 0; i < steps.length; i += 2) {
      steps[i] = tables.steps()[i + 1];
      steps[i + 1] = tables.steps()[i] + tables.rows()[0];
    }
    return new IndirectTables(
        IndirectTables.regular(filters, 1), IndirectTables.regular(filters, lead()), steps);
  }
}
