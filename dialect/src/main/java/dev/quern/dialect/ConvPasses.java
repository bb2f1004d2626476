package dev.quern.dialect;

import dev.quern.dialect.Product.Ending;
import dev.quern.dialect.Product.Repeat;
import dev.quern.dialect.Rearrangement.Axis;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Layout;
import dev.quern.kernels.indirect.ConvTables;
import dev.quern.kernels.indirect.IndirectTables;
import java.util.List;

/** Lays out the three passes of a convolution. Rows of all images of a batch share a launch. */
final class ConvPasses {
  /** Work-items of the CPU family that a compute unit should have at least. */
  private static final int TILES_PER_UNIT = 8;

  /** Groups of the GPU family that a compute unit should have at least. */
  private static final int GROUPS_PER_UNIT = 4;

  private final Parts parts;
  private final Conv2d.Spec spec;
  private final ConvTables tables;
  private final int channels;
  private final int filters;
  private final int taps;
  private final int inputImage;
  private final int outputImage;

  ConvPasses(Parts parts, Conv2d.Spec spec) {
    this.parts = parts;
    this.spec = spec;
    tables = new ConvTables(spec);
    channels = spec.c() / spec.groups();
    filters = spec.k() / spec.groups();
    taps = spec.r() * spec.s();
    inputImage = spec.h() * spec.w() * spec.c();
    outputImage = spec.p() * spec.q() * spec.k();
  }

  /** Pixels of the output as rows, packed [r, s, c, k] filters as the right factor. */
  ConvPass forward() {
    long pixels = (long) spec.n() * spec.p() * spec.q();
    int depth = taps * channels;
    Tile tile = parts.tile(pixels, filters, depth, spec.groups());
    int wide = tile.panelColumns();
    long group = (long) tile.panels(filters) * wide * depth;
    Rearrangement pack =
        Rearrangement.panels(
            parts,
            depth,
            filters,
            (long) taps * channels,
            wide,
            new Axis(spec.groups(), (long) filters * taps * channels, group),
            new Axis(taps, tapStride(), (long) channels * wide),
            new Axis(channels, channelStride(), wide));
    Product product =
        new Product(
            parts,
            tile,
            allImages(tables.forward(wide), inputImage, outputImage),
            filters,
            Math.toIntExact((long) depth * wide),
            channels > 1,
            new Ending(1, 0, spec.epilogue().hasBias(), spec.epilogue().hasRelu(), 1),
            Repeat.ONCE,
            new Repeat(spec.groups(), channels, group, filters, filters));
    return new ConvPass(parts, product, pack, group * spec.groups(), null, 0);
  }

  /** Pixels of the input as rows, [k, r, s, c] filters as the right factor. */
  ConvPass backwardData() {
    long pixels = (long) spec.n() * spec.h() * spec.w();
    int depth = taps * filters;
    Tile tile = parts.tile(pixels, channels, depth, spec.groups());
    int wide = tile.panelColumns();
    boolean inPlace = spec.layout() == Layout.NHWC && tile.readsInPlace(channels);
    long group = inPlace ? (long) depth * channels : (long) tile.panels(channels) * wide * depth;
    Rearrangement pack =
        inPlace
            ? null
            : Rearrangement.panels(
                parts,
                depth,
                channels,
                channelStride(),
                wide,
                new Axis(spec.groups(), (long) depth * channels, group),
                new Axis(filters, (long) taps * channels, (long) taps * wide),
                new Axis(taps, tapStride(), wide));
    Product product =
        new Product(
            parts,
            tile,
            allImages(tables.backwardData(inPlace ? channels : wide), outputImage, inputImage),
            channels,
            inPlace ? wide : Math.toIntExact((long) depth * wide),
            filters > 1,
            Ending.PLAIN,
            Repeat.ONCE,
            new Repeat(spec.groups(), filters, group, channels, 0));
    return new ConvPass(parts, product, pack, inPlace ? 0 : group * spec.groups(), null, 0);
  }

  private List<IndirectTables> allImages(List<IndirectTables> image, int imageA, int imageC) {
    return image.stream()
        .map(
            table ->
                new IndirectTables(
                    IndirectTables.repeated(table.rows(), spec.n(), imageA),
                    IndirectTables.repeated(table.outs(), spec.n(), imageC),
                    table.steps()))
        .toList();
  }

  /** Taps and channels as rows, the gradient's pixels as the right factor, cut by images. */
  ConvPass backwardFilter() {
    int rows = taps * channels;
    long pixels = (long) spec.n() * spec.p() * spec.q();
    Tile tile = parts.tile(rows, filters, pixels, spec.groups());
    int chunks = chunks(tile, rows);
    int images = spec.n() / chunks;
    int wide = tile.panelColumns();
    boolean inPlace = tile.readsInPlace(filters);
    int lead = inPlace ? spec.k() : wide;
    int imageB = spec.p() * spec.q() * lead;
    long groupB = inPlace ? filters : pixels * wide * tile.panels(filters);
    Rearrangement pack =
        inPlace
            ? null
            : Rearrangement.panels(
                parts,
                pixels,
                filters,
                1,
                wide,
                new Axis(spec.groups(), filters, groupB),
                new Axis((int) pixels, spec.k(), wide));
    long groupC = (long) rows * filters;
    long sum = groupC * spec.groups();
    Product product =
        new Product(
            parts,
            tile,
            severalImages(tables.backwardFilter(lead, filters), images, imageB),
            filters,
            inPlace ? wide : Math.toIntExact(pixels * wide),
            false,
            Ending.PLAIN,
            new Repeat(chunks, (long) images * inputImage, (long) images * imageB, sum, 0),
            new Repeat(spec.groups(), channels, groupB, groupC, 0));
    long packed = inPlace ? 0 : groupB * spec.groups();
    return new ConvPass(parts, product, pack, packed, filterSum(chunks, sum), sum * chunks);
  }

  /** Tables whose sums run over several images. */
  private List<IndirectTables> severalImages(List<IndirectTables> image, int count, int imageB) {
    return image.stream()
        .map(
            table ->
                new IndirectTables(
                    table.rows(),
                    table.outs(),
                    IndirectTables.repeatedSteps(table.steps(), count, inputImage, imageB)))
        .toList();
  }

  /** Adds up the chunks of the filter gradient, and lays it out as the filters are. */
  private Rearrangement filterSum(int chunks, long elements) {
    long group = elements / spec.groups();
    return Rearrangement.sum(
        parts,
        chunks,
        elements,
        new Axis(spec.groups(), group, group),
        new Axis(filters, 1, (long) taps * channels),
        new Axis(taps, (long) channels * filters, tapStride()),
        new Axis(channels, filters, channelStride()));
  }

  /**
   * Parts that the sum over images is cut into: the smallest divisor of the batch that keeps every
   * compute unit busy.
   */
  private int chunks(Tile tile, int rows) {
    int tileCount = (rows + tile.tableRows() - 1) / tile.tableRows();
    long pieces = (long) tileCount * tile.panels(filters) * spec.groups();
    long wanted =
        (long) parts.traits().units() * (tile.blocked() ? GROUPS_PER_UNIT : TILES_PER_UNIT);
    for (int chunks = 1; chunks < spec.n(); chunks++) {
      if (spec.n() % chunks == 0 && chunks * pieces >= wanted) {
        return chunks;
      }
    }
    return Math.max(1, spec.n());
  }

  private long channelStride() {
    return spec.layout() == Layout.NHWC ? 1 : taps;
  }

  private long tapStride() {
    return spec.layout() == Layout.NHWC ? channels : 1;
  }
}
