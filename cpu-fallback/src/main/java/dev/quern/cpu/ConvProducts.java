package dev.quern.cpu;

import dev.quern.cpu.IndirectProduct.Repeat;
import dev.quern.cpu.ProductLoop.Part;
import dev.quern.cpu.TileShape.Ending;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.indirect.ConvTables;
import dev.quern.kernels.indirect.IndirectTables;
import java.util.ArrayList;
import java.util.List;

/** The products that a direct convolution consists of, forward and back to its input. */
final class ConvProducts {
  /** Rows of one table; longer batches repeat it. 4 bytes each, so that tables stay in L2. */
  private static final int ROWS_OF_TABLE = 8192;

  /** Rows of a panel of filters from which it is packed for the way back to the input. */
  private static final int DEEP = 1024;

  /** Pixels from which packing takes a tenth of the time at most. */
  private static final int MANY_PIXELS = 256;

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
    int panel = widestPanel();
    return filters % panel == 0 ? panel : lead();
  }

  /** The steps of a sum forward. */
  private int depth() {
    return spec.r() * spec.s() * channels;
  }

  private int widestPanel() {
    return Columns.ofPanel(Columns.MANY_ROWS, filters, depth(), tiles);
  }

  /** The filters as the forward pass reads them: in panels. */
  private Columns panels() {
    int panel = panelFilters();
    return new Columns(filters, widestPanel(), panel < filters ? (long) depth() * panel : 0);
  }

  List<Part> forward() {
    Ending ending = new Ending(false, false, spec.epilogue().hasBias(), spec.epilogue().hasRelu());
    Repeat groups = new Repeat(spec.groups(), channels, packedGroup(), filters, filters);
    List<Part> parts = new ArrayList<>();
    for (IndirectTables table : new ConvTables(spec).forward(panelFilters())) {
      addImages(parts, table, panels(), ending, inputImage(), outputImage(), groups);
    }
    return parts;
  }

  /** The longest sum back to the input. */
  private int depthBack() {
    return new ConvTables(spec)
        .backwardData(channels).stream().mapToInt(t -> t.steps().length / 2).max().orElse(0);
  }

  /**
   * Channels of a panel of the filters for the way back to the input: of fewer than there are if
   * the filters are packed, since a panel of deep sums falls on few sets of the caches where it
   * lies. A few pixels are done before the filters are packed.
   */
  int panelChannels() {
    boolean deep = filters * spec.r() * spec.s() >= DEEP;
    boolean many = (long) images * spec.p() * spec.q() >= MANY_PIXELS;
    if (!deep || !many) {
      return channels;
    }
    int panel = Columns.ofPanel(Columns.MANY_ROWS, channels, depthBack(), tiles);
    return channels % panel == 0 ? panel : channels;
  }

  List<Part> backwardData() {
    int panel = panelChannels();
    long rows = (long) filters * spec.r() * spec.s();
    Repeat groups = new Repeat(spec.groups(), filters, rows * channels, channels, 0);
    List<Part> parts = new ArrayList<>();
    for (IndirectTables table : new ConvTables(spec).backwardData(panel)) {
      int depth = table.steps().length / 2;
      Columns columns =
          panel < channels
              ? new Columns(channels, panel, rows * panel)
              : Columns.of(Columns.MANY_ROWS, channels, depth, tiles);
      addImages(parts, table, columns, Ending.PLAIN, outputImage(), inputImage(), groups);
    }
    return parts;
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
}
