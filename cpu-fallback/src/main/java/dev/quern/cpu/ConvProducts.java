package dev.quern.cpu;

import dev.quern.cpu.IndirectProduct.Repeat;
import dev.quern.cpu.ProductLoop.Part;
import dev.quern.cpu.TileShape.Ending;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.indirect.ConvTables;
import dev.quern.kernels.indirect.IndirectTables;
import java.util.ArrayList;
import java.util.List;

/** Makes the parallel loops of a convolution's passes from its tables: cuts the batch. */
final class ConvProducts {
  /** Rows of one table; longer batches repeat it. 4 bytes each, so that tables stay in L2. */
  private static final int ROWS_OF_TABLE = 8192;

  /** Parallel pieces that a filter gradient is cut into at least, for many-core processors. */
  private static final int PIECES = 64;

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

  ProductLoop forward() {
    Ending ending = new Ending(false, false, spec.epilogue().hasBias(), spec.epilogue().hasRelu());
    Repeat groups = new Repeat(spec.groups(), channels, packedGroup(), filters, filters);
    List<Part> parts = new ArrayList<>();
    for (IndirectTables table : new ConvTables(spec).forward(lead())) {
      addImages(parts, table, filters, ending, inputImage(), outputImage(), groups);
    }
    return new ProductLoop(parts);
  }

  ProductLoop backwardData() {
    long groupFilters = (long) filters * spec.r() * spec.s() * channels;
    Repeat groups = new Repeat(spec.groups(), filters, groupFilters, channels, 0);
    List<Part> parts = new ArrayList<>();
    for (IndirectTables table : new ConvTables(spec).backwardData(channels)) {
      addImages(parts, table, channels, Ending.PLAIN, outputImage(), inputImage(), groups);
    }
    return new ProductLoop(parts);
  }

  private void addImages(
      List<Part> parts,
      IndirectTables image,
      int columns,
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
    parts.add(
        new Part(
            new IndirectProduct(
                tiles,
                several(image, together, imageA, imageC),
                columns,
                ending,
                1,
                0,
                slabs,
                groups),
            0,
            0,
            0));
    if (rest > 0) {
      long first = (long) whole * together;
      parts.add(
          new Part(
              new IndirectProduct(
                  tiles,
                  several(image, rest, imageA, imageC),
                  columns,
                  ending,
                  1,
                  0,
                  Repeat.ONCE,
                  groups),
              first * imageA,
              0,
              first * imageC));
    }
  }

  private static IndirectTables several(IndirectTables image, int count, long imageA, long imageC) {
    return new IndirectTables(
        IndirectTables.repeated(image.rows(), count, (int) imageA),
        IndirectTables.repeated(image.outs(), count, (int) imageC),
        image.steps());
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
    int each = (int) ((images + Math.max(wanted, byOffset) - 1) / Math.max(wanted, byOffset));
    return (images + each - 1) / each;
  }

  /** Gradient of the filters as [chunk, group, r, s, c] rows of k. */
  ProductLoop backwardFilter() {
    int chunks = filterChunks();
    int each = images == 0 ? 0 : (images + chunks - 1) / chunks;
    int rest = images - each * (chunks - 1);
    long sum = packedGroup() * spec.groups();
    Repeat groups = new Repeat(spec.groups(), channels, filters, packedGroup(), 0);
    List<Part> parts = new ArrayList<>();
    for (IndirectTables image : new ConvTables(spec).backwardFilter(spec.k(), lead())) {
      if (chunks > 1) {
        Repeat whole = new Repeat(chunks - 1, each * inputImage(), each * outputImage(), sum, 0);
        parts.add(new Part(sumOver(image, each, whole, groups), 0, 0, 0));
      }
      long first = (long) each * (chunks - 1);
      parts.add(
          new Part(
              sumOver(image, rest, Repeat.ONCE, groups),
              first * inputImage(),
              first * outputImage(),
              (chunks - 1) * sum));
    }
    return new ProductLoop(parts);
  }

  private IndirectProduct sumOver(IndirectTables image, int count, Repeat chunks, Repeat groups) {
    IndirectTables tables =
        new IndirectTables(
            image.rows(),
            image.outs(),
            IndirectTables.repeatedSteps(
                image.steps(), count, (int) inputImage(), (int) outputImage()));
    return new IndirectProduct(tiles, tables, filters, Ending.PLAIN, 1, 0, chunks, groups);
  }
}
