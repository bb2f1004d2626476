package dev.quern.cpu;

import dev.quern.cpu.IndirectProduct.Columns;
import dev.quern.cpu.IndirectProduct.Repeat;
import dev.quern.cpu.ProductLoop.Part;
import dev.quern.cpu.TileShape.Ending;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.indirect.ConvTables;
import dev.quern.kernels.indirect.IndirectTables;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes the parallel loops of a convolution's passes from its tables: cuts the batch. */
final class ConvProducts {
  /** Rows of one table; longer batches repeat it. 4 bytes each, so that tables stay in L2. */
  private static final int ROWS_OF_TABLE = 8192;

  /** Parallel pieces that a filter gradient is cut into at least, for many-core processors. */
  private static final int PIECES = 64;

  /**
   * Elements of x and dy that a piece of a filter gradient should sum over: 1 MB. Each tile reads
   * all of them, from the second-level cache if they fit: 1x1 convolutions of 28 x 28 and 14 x 14
   * pixels went from 360 to 450 GFLOP/s when it was a quarter of what it had been. Half of that
   * where sums are small: 64 channels of 56 x 56 pixels are 10 % faster, 512 10 % slower.
   */
  private static final long PIECE_ELEMENTS = 1 << 18;

  /** Elements of a small sum, 64 KB. */
  private static final long SMALL_SUM_ELEMENTS = 1 << 14;

  /** And at most: 4 MB, or pictures of 112 x 112 fall to a third of the rate. */
  private static final long MOST_PIECE_ELEMENTS = 1 << 20;

  /** Elements of all partial sums, 20 MB: adding up more takes longer than small pieces save. */
  private static final long MOST_SUM_ELEMENTS = 5 << 20;

  private final Conv2d.Spec spec;
  private final TileSet tiles;
  private final int filters;
  private final int channels;
  private final int images;

  ConvProducts(Conv2d.Spec spec, TileSet tiles) {
    this.spec = spec;
    this.tiles = tiles;
    filters = spec.k() / spec.groups();
    channels = spec.c() / spec.groups();
    images = spec.n();
  }

  /** Elements of one image of x. */
  long inputImage() {
    return (long) spec.h() * spec.w() * spec.c();
  }

  /** Elements of one image of y. */
  long outputImage() {
    return (long) spec.p() * spec.q() * spec.k();
  }

  /** Elements between [r, s, c] rows of the packed filters: whole vectors. */
  int lead() {
    return (filters + tiles.lanes() - 1) / tiles.lanes() * tiles.lanes();
  }

  /** Elements of one group's packed filters. */
  long packedGroup() {
    return (long) spec.r() * spec.s() * channels * lead();
  }

  /**
   * Filters of a panel. Panels lie one behind the other, so that one fills all sets of the caches:
   * rows at distances of a power of two fall on few of them. Where filters are no whole number of
   * panels, there is one of all of them.
   */
  int panelFilters() {
    int panel = Columns.ofPanel(filters, tiles);
    return filters % panel == 0 ? panel : lead();
  }

  /** The filters as the forward pass reads them: in panels. */
  private Columns panels() {
    int panel = panelFilters();
    long rows = (long) spec.r() * spec.s() * channels;
    return new Columns(filters, panel < filters ? rows * panel : 0);
  }

  ProductLoop forward() {
    Ending ending = new Ending(false, false, spec.epilogue().hasBias(), spec.epilogue().hasRelu());
    Repeat groups = new Repeat(spec.groups(), channels, packedGroup(), filters, filters);
    List<Part> parts = new ArrayList<>();
    for (IndirectTables table : new ConvTables(spec).forward(panelFilters())) {
      addImages(parts, table, panels(), ending, inputImage(), outputImage(), groups);
    }
    return new ProductLoop(parts);
  }

  ProductLoop backwardData() {
    long groupFilters = (long) filters * spec.r() * spec.s() * channels;
    Repeat groups = new Repeat(spec.groups(), filters, groupFilters, channels, 0);
    List<Part> parts = new ArrayList<>();
    for (IndirectTables table : new ConvTables(spec).backwardData(channels)) {
      addImages(
          parts, table, Columns.of(channels), Ending.PLAIN, outputImage(), inputImage(), groups);
    }
    return new ProductLoop(parts);
  }

  private void addImages(
      List<Part> parts,
      IndirectTables image,
      Columns columns,
      Ending ending,
      long imageA,
      long imageC,
      Repeat groups) {
    long largest = Math.max(imageA, imageC);
    int together =
        (int)
            Math.min(
                Math.min(images, Integer.MAX_VALUE / largest),
                (ROWS_OF_TABLE + image.rows().length - 1) / image.rows().length);
    if (together == 0) {
      return; // an empty batch
    }
    int whole = images / together;
    int rest = images % together;
    Repeat slabs = new Repeat(whole, together * imageA, 0, together * imageC, 0);
    IndirectTables slab = several(image, together, imageA, imageC);
    parts.add(new Part(product(slab, columns, ending, slabs, groups), 0, 0, 0));
    if (rest > 0) {
      long first = (long) whole * together;
      IndirectTables last = several(image, rest, imageA, imageC);
      IndirectProduct product = product(last, columns, ending, Repeat.ONCE, groups);
      parts.add(new Part(product, first * imageA, 0, first * imageC));
    }
  }

  private IndirectProduct product(
      IndirectTables tables, Columns columns, Ending ending, Repeat images, Repeat groups) {
    return new IndirectProduct(tiles, tables, columns, ending, 1, 0, images, groups, 1);
  }

  private static IndirectTables several(IndirectTables image, int count, long imageA, long imageC) {
    return new IndirectTables(
        IndirectTables.repeated(image.rows(), count, (int) imageA),
        IndirectTables.repeated(image.outs(), count, (int) imageC),
        image.steps());
  }

  /**
   * Whether the gradient of the filters is computed as [k, c] instead of [c, k]: vectors are then
   * of x, whose pixels, the longer ones, are read in longer runs.
   */
  boolean turned() {
    return spec.r() * spec.s() * spec.groups() == 1 && channels > filters;
  }

  /** Elements of a partial sum of the filter gradient. */
  long sumElements() {
    return turned() ? (long) filters * sumLead() : packedGroup() * spec.groups();
  }

  /** Elements between rows of such a sum: whole vectors. */
  int sumLead() {
    int columns = turned() ? channels : filters;
    return (columns + tiles.lanes() - 1) / tiles.lanes() * tiles.lanes();
  }

  /**
   * Partial sums that the filter gradient is cut into. It depends on the problem alone: a sum that
   * was cut differently would be rounded differently.
   */
  int filterChunks() {
    if (images == 0) {
      return 1;
    }
    long pieces = (packedGroup() * spec.groups() + 6L * 64 - 1) / (6L * 64);
    long wanted = Math.min(images, (PIECES + pieces - 1) / pieces);
    long byOffset = (images - 1) / (Integer.MAX_VALUE / Math.max(inputImage(), outputImage())) + 1;
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
    return Math.min(inputImage(), windows * spec.r() * spec.s() * spec.c()) + outputImage();
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
   * Gradient of the filters as [chunk, group, r, s, c] rows of k. All taps of a chunk come before
   * the next chunk, so that x and dy are read from memory once, not once for each class of taps.
   */
  ProductLoop backwardFilter() {
    int cuts = cutsOfImage();
    int chunks = filterChunks() / cuts;
    int each = images == 0 ? 0 : (images + chunks - 1) / chunks;
    List<IndirectProduct> whole = pieces(each, cuts);
    List<IndirectProduct> last = pieces(images - each * (chunks - 1), cuts);
    long sum = sumElements();
    List<Part> parts = new ArrayList<>();
    for (int chunk = 0; chunk < chunks; chunk++) {
      List<IndirectProduct> products = chunk < chunks - 1 ? whole : last;
      long image = (long) chunk * each;
      for (int i = 0; i < products.size(); i++) {
        long cut = (long) chunk * cuts + i / (products.size() / cuts);
        long x = image * inputImage();
        long dy = image * outputImage();
        parts.add(new Part(products.get(i), turned() ? dy : x, turned() ? x : dy, cut * sum));
      }
    }
    return new ProductLoop(parts);
  }

  /** Products of so many images, cut by cut: all classes of taps of the first cut come first. */
  private List<IndirectProduct> pieces(int count, int cuts) {
    Repeat groups = new Repeat(spec.groups(), channels, filters, packedGroup(), 0);
    List<IndirectTables> classes = new ConvTables(spec).backwardFilter(spec.k(), lead());
    List<IndirectProduct> products = new ArrayList<>();
    for (int cut = 0; cut < cuts; cut++) {
      for (IndirectTables image : classes) {
        products.add(sumOver(piece(image, cut, cuts), count, groups));
      }
    }
    return products;
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
                image.steps(), count, (int) inputImage(), (int) outputImage()));
    return new IndirectProduct(
        tiles,
        turned() ? turned(tables) : tables,
        Columns.of(turned() ? channels : filters),
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
        IndirectTables.regular(filters, 1), IndirectTables.regular(filters, sumLead()), steps);
  }
}
