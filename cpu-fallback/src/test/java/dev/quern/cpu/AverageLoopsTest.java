package dev.quern.cpu;

import dev.quern.core.SpecException;
import dev.quern.kernels.AveragePool2d;
import dev.quern.kernels.AveragePool2d.Divisor;
import dev.quern.kernels.AveragePool2dBuilder;
import dev.quern.kernels.Layout;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The loops over vectors against those in plain Java, which sum up in double. */
final class AverageLoopsTest {
  private static final int PROBLEMS = 400;
  private static final List<Divisor> DIVISORS = List.of(Divisor.values());
  private static final long SEED = Long.getLong("quern.seed", 20260101L);

  /** Units in the last place of the largest number that sums of these windows may be off. */
  private static final double UNITS = 16;

  @Test
  void channelsAgreeOnEveryWindow() {
    requireAgreement(Layout.NHWC, new VectorAverageLoops(), shape -> true);
  }

  @Test
  void pairsAgreeOnTheUsualWindows() {
    requireAgreement(Layout.NHWC, new VectorAveragePairLoops(), shape -> shape.pool().pairs());
  }

  @Test
  void planesAgreeOnWholeImages() {
    AverageLoops planes = new WholePlaneAverages(new VectorElementLoops());
    requireAgreement(Layout.NCHW, planes, AverageShape::whole);
  }

  private static void requireAgreement(
      Layout layout, AverageLoops loops, Predicate<AverageShape> fits) {
    Random random = new Random(SEED);
    int valid = 0;
    while (valid < PROBLEMS) {
      AveragePool2d.Spec spec = draw(random, layout);
      if (spec != null && fits.test(AverageShape.of(spec))) {
        valid++;
        float[] x = GuardedMemory.random(random, (int) spec.inputs());
        float[] dy = GuardedMemory.random(random, (int) spec.outputs());
        double largest = spec.divisor() == Divisor.SUM ? spec.windowH() * spec.windowW() : 1;
        Result actual = run(loops, spec, x, dy);
        Result expected = run(new ScalarAverageLoops(), spec, x, dy);
        Loops.requireClose(actual.y, expected.y, UNITS, largest);
        Loops.requireClose(actual.dx, expected.dx, UNITS, largest);
      }
    }
  }

  private static AveragePool2d.@Nullable Spec draw(Random random, Layout layout) {
    int h = 1 + random.nextInt(9);
    int w = 1 + random.nextInt(20);
    AveragePool2dBuilder builder =
        AveragePool2d.builder()
            .layout(layout)
            .input(1 + random.nextInt(2), 1 + random.nextInt(90), h, w)
            .divisor(DIVISORS.get(random.nextInt(DIVISORS.size())));
    try {
      return switch (random.nextInt(3)) {
        case 0 -> builder.build();
        case 1 -> builder.window(h, w).build();
        default ->
            builder
                .window(1 + random.nextInt(4), 1 + random.nextInt(4))
                .stride(1 + random.nextInt(3), 1 + random.nextInt(3))
                .padding(pad(random), pad(random), pad(random), pad(random))
                .ceilMode(random.nextBoolean())
                .build();
      };
    } catch (SpecException e) {
      return null; // the window does not fit
    }
  }

  private static int pad(Random random) {
    return Math.max(0, random.nextInt(5) - 2);
  }

  private record Result(float[] y, float[] dx) {}

  private static Result run(AverageLoops loops, AveragePool2d.Spec spec, float[] x, float[] dy) {
    AverageShape shape = AverageShape.of(spec);
    PoolShape pool = shape.pool();
    try (GuardedMemory in = GuardedMemory.of(x);
        GuardedMemory y = new GuardedMemory(dy.length);
        GuardedMemory gradient = GuardedMemory.of(dy);
        GuardedMemory dx = new GuardedMemory(x.length)) {
      Random cuts = new Random(SEED);
      for (int image = 0; image < pool.images(); image++) {
        long source = image * pool.inputBytes();
        long target = image * pool.outputBytes();
        for (int p = 0; p < pool.rows().outputs(); p++) {
          for (int c = 0, end; c < pool.channels(); c = end) {
            end = Math.min(c + 1 + cuts.nextInt(80), pool.channels());
            loops.forward(shape, in.address() + source, p, c, end, y.address() + target);
          }
        }
        int rows = pool.rows().size();
        for (int h = 0, end; h < rows; h = end) {
          end = Math.min(h + pool.rowsTogether() * (1 + cuts.nextInt(3)), rows);
          loops.backward(shape, gradient.address() + target, h, end, dx.address() + source);
        }
      }
      return new Result(y.floats(), dx.floats());
    }
  }
}
