package dev.quern.dialect;

import dev.quern.core.Arena;
import dev.quern.core.ComputeException;
import dev.quern.core.DataType;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Event;
import dev.quern.core.Stream;
import dev.quern.kernels.Gemm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Finds the fastest tile for each class of products by trying. A candidate that computes something
 * wrong is never timed. Times are the device's own where it tells them ({@link Traits#tellsTime}).
 */
final class Tuner {
  /** Wall time that one measurement may take. */
  private static final double SECONDS = 0.03;

  private static final int SAMPLES = 5;

  /** A candidate that much slower than the best so far is not measured further. */
  private static final double HOPELESS = 2.5;

  /** One problem of each class that networks need: rows, columns, depth. */
  private static final int[][] PROBLEMS = {
    {32, 10, 128}, {32, 128, 1600}, {128, 128, 1600}, {128, 10, 128}, {256, 32, 4096},
    {288, 64, 4096}, {512, 512, 512}, {1600, 128, 32}, {1600, 32, 128}, {2048, 512, 1152},
    {1024, 1024, 1024}, {3872, 64, 288}, {5408, 32, 576}, {8192, 64, 64}, {20000, 32, 9},
    {20000, 16, 64}, {20000, 64, 576}, {20000, 128, 64}, {20000, 256, 1152},
  };

  private final DialectDevice device;
  private final int[][] problems;

  /** Measures all classes of products that networks need. */
  Tuner(DialectDevice device) {
    this(device, PROBLEMS);
  }

  /**
   * Measures some classes.
   *
   * @param problems rows, columns and depth of a product of each
   */
  Tuner(DialectDevice device, int[][] problems) {
    this.device = device;
    this.problems = problems;
  }

  /** Measures everything. */
  List<Tuning.Finding> run(Consumer<String> progress) {
    List<Tuning.Finding> findings = new ArrayList<>();
    for (int[] problem : problems) {
      Gemm.Spec spec = Gemm.builder(problem[0], problem[1], problem[2]).build();
      Tuning.Finding finding = best(spec);
      findings.add(finding);
      progress.accept(
          String.format(
              Locale.ROOT,
              "%-46s %-22s %8.1f GFLOP/s, untuned %.1f",
              finding.products().text(),
              finding.tile().name(),
              finding.gflops(),
              finding.untunedGflops()));
    }
    return findings;
  }

  private Tuning.Finding best(Gemm.Spec spec) {
    try (Arena arena = device.newArena("tuning", bytes(spec));
        Stream stream = device.newStream()) {
      DeviceBuffer[] operands = operands(arena, stream, spec);
      Tile untuned = Tiles.untuned(device.traits(), spec.m(), spec.n(), spec.k(), 1);
      double untunedSeconds = seconds(stream, spec, untuned, operands, Double.MAX_VALUE);
      Tile best = untuned;
      double least = untunedSeconds;
      List<Tile> candidates = new ArrayList<>(TileCandidates.shapes(device.traits(), spec.n()));
      for (int round = 0; round < 2; round++) {
        for (Tile candidate : candidates) {
          double seconds = seconds(stream, spec, candidate, operands, least);
          if (seconds < least) {
            least = seconds;
            best = candidate;
          }
        }
        candidates = TileCandidates.groupings(best);
      }
      double flops = 2.0 * spec.m() * spec.n() * spec.k();
      return new Tuning.Finding(
          ProductClass.of(spec.m(), spec.n(), spec.k()),
          best,
          flops / least / 1e9,
          flops / untunedSeconds / 1e9);
    }
  }

  private static long bytes(Gemm.Spec s) {
    return Arena.footprint(DataType.FLOAT32, s.elementsA())
        + Arena.footprint(DataType.FLOAT32, s.elementsB())
        + Arena.footprint(DataType.FLOAT32, s.elementsC());
  }

  /** Small whole numbers, whose products are exact. */
  private static DeviceBuffer[] operands(Arena arena, Stream stream, Gemm.Spec s) {
    DeviceBuffer a = arena.allocate("a", DataType.FLOAT32, s.elementsA());
    DeviceBuffer b = arena.allocate("b", DataType.FLOAT32, s.elementsB());
    stream.write(a, whole((int) s.elementsA(), 7));
    stream.write(b, whole((int) s.elementsB(), 5));
    return new DeviceBuffer[] {a, b, arena.allocate("c", DataType.FLOAT32, s.elementsC())};
  }

  private static float[] whole(int count, int modulus) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (i * 31 + i / 13) % modulus - modulus / 2;
    }
    return values;
  }

  /** Median time of a run with a tile, or infinity if it is wrong, unusable or hopeless. */
  private double seconds(
      Stream stream, Gemm.Spec spec, Tile tile, DeviceBuffer[] operands, double least) {
    try (Parts parts = new Parts(device, spec.describe(), tile)) {
      DialectGemm product = new DialectGemm(parts, spec);
      try {
        stream.reserveWorkspace(product.workspaceBytes());
        stream.clear(operands[2]);
        product.run(stream, operands[0], operands[1], null, operands[2]);
        if (!isRight(spec, stream.readFloats(operands[2]))) {
          return Double.POSITIVE_INFINITY;
        }
        double once = time(stream, product, operands, 1);
        if (once > HOPELESS * least) {
          return once;
        }
        int runs = (int) Math.clamp(SECONDS / once, 1, 1000);
        double[] samples = new double[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
          samples[i] = time(stream, product, operands, runs);
        }
        Arrays.sort(samples);
        return samples[SAMPLES / 2];
      } finally {
        product.close();
      }
    } catch (ComputeException e) {
      return Double.POSITIVE_INFINITY; // this device cannot have this tile
    }
  }

  private static double time(Stream stream, Gemm product, DeviceBuffer[] operands, int runs) {
    try (Event start = stream.mark()) {
      for (int i = 0; i < runs; i++) {
        product.run(stream, operands[0], operands[1], null, operands[2]);
      }
      try (Event end = stream.mark()) {
        stream.synchronize();
        return Math.max(1e-9, end.nanosSince(start) / 1e9 / runs);
      }
    }
  }

  /** Whether some rows spread over the product, the last one among them, are exact. */
  private static boolean isRight(Gemm.Spec s, float[] c) {
    float[] a = whole((int) s.elementsA(), 7);
    float[] b = whole((int) s.elementsB(), 5);
    int step = Math.max(1, s.m() / 16);
    for (int i = s.m() - 1; i >= 0; i -= step) {
      for (int j = 0; j < s.n(); j++) {
        double sum = 0;
        for (int k = 0; k < s.k(); k++) {
          sum += (double) a[i * s.k() + k] * b[k * s.n() + j];
        }
        if (c[i * s.n() + j] != sum) {
          return false;
        }
      }
    }
    return true;
  }
}
