package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.SpecException;
import dev.quern.kernels.Layout;
import dev.quern.kernels.MaxPool2d;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The loops over vectors against those in plain Java, on random windows. */
final class PoolLoopsTest {
  private static final int PROBLEMS = 600;
  private static final long SEED = Long.getLong("quern.seed", 20260101L);

  @Test
  void channelsAgreeOnEveryWindow() {
    requireAgreement(Layout.NHWC, new VectorPoolLoops(), spec -> true);
  }

  @Test
  void pairsAgreeOnTheUsualWindows() {
    requireAgreement(Layout.NHWC, new VectorPairLoops(), spec -> PoolShape.of(spec).pairs());
  }

  @Test
  void planesAgreeOnEveryWindow() {
    requireAgreement(Layout.NCHW, new VectorPlaneLoops(), spec -> true);
  }

  private static void requireAgreement(
      Layout layout, PoolLoops vector, Predicate<MaxPool2d.Spec> fits) {
    Random random = new Random(SEED);
    int valid = 0;
    while (valid < PROBLEMS) {
      MaxPool2d.Spec spec = draw(random, layout);
      if (spec != null && fits.test(spec)) {
        valid++;
        float[] x = values(random, (int) spec.inputs());
        float[] dy = GuardedMemory.random(random, (int) spec.outputs());
        String problem = spec.describe() + " of -Dquern.seed=" + SEED;
        Result actual = run(vector, spec, x, dy);
        Result expected = run(new ScalarPoolLoops(), spec, x, dy);
        Loops.requireSame(actual.y, expected.y, "y of " + problem);
        Loops.requireSame(actual.yAlone, expected.y, "y without argmax of " + problem);
        Loops.requireSame(actual.dx, expected.dx, "dx of " + problem);
        assertThat(actual.argmax).as("argmax of %s", problem).isEqualTo(expected.argmax);
      }
    }
  }

  private static MaxPool2d.@Nullable Spec draw(Random random, Layout layout) {
    boolean usual = random.nextInt(3) == 0;
    int[] pad = new int[4];
    for (int i = 0; i < 4; i++) {
      pad[i] = usual ? 0 : Math.max(0, random.nextInt(5) - 2);
    }
    try {
      return MaxPool2d.builder()
          .layout(layout)
          .input(1 + random.nextInt(2), 1 + random.nextInt(40), 1 + random.nextInt(9), size(random))
          .window(usual ? 2 : 1 + random.nextInt(4), usual ? 2 : 1 + random.nextInt(4))
          .stride(usual ? 2 : 1 + random.nextInt(3), usual ? 2 : 1 + random.nextInt(3))
          .padding(pad[0], pad[1], pad[2], pad[3])
          .dilation(usual ? 1 : 1 + random.nextInt(2), usual ? 1 : 1 + random.nextInt(3))
          .ceilMode(random.nextBoolean())
          .reluInput(random.nextBoolean())
          .build();
    } catch (SpecException e) {
      return null; // the window does not fit
    }
  }

  private static int size(Random random) {
    return random.nextInt(4) == 0 ? 60 + random.nextInt(10) : 1 + random.nextInt(20);
  }

  /** Few different values, so that many are equal, with infinities and NaN between them. */
  private static float[] values(Random random, int count) {
    float[] values = wholeNumbers(random, count);
    for (int i = 0; i < count; i++) {
      switch (random.nextInt(20)) {
        case 0 -> values[i] = Float.NaN;
        case 1, 2, 3 -> values[i] = Float.NEGATIVE_INFINITY;
        default -> {}
      }
    }
    return values;
  }

  private static float[] wholeNumbers(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextInt(9) - 4;
    }
    return values;
  }

  private record Result(float[] y, float[] yAlone, int[] argmax, float[] dx) {}

  private static Result run(PoolLoops loops, MaxPool2d.Spec spec, float[] x, float[] dy) {
    PoolShape shape = PoolShape.of(spec);
    try (GuardedMemory in = GuardedMemory.of(x);
        GuardedMemory y = new GuardedMemory(dy.length);
        GuardedMemory yAlone = new GuardedMemory(dy.length);
        GuardedMemory argmax = new GuardedMemory(dy.length);
        GuardedMemory gradient = GuardedMemory.of(dy);
        GuardedMemory dx = new GuardedMemory(x.length)) {
      int rowsOut = shape.rows().outputs();
      int rowsIn = shape.rows().size();
      Random cuts = new Random(SEED);
      for (int image = 0; image < shape.images(); image++) {
        long source = 4L * image * rowsIn * shape.inputRow();
        long target = 4L * image * rowsOut * shape.outputRow();
        long first = in.address() + source;
        long out = y.address() + target;
        long places = argmax.address() + target;
        for (int p = 0, end; p < rowsOut; p = end) {
          end = cut(cuts, p, 1, rowsOut);
          loops.forward(shape, first, p, end, out, places);
          loops.forward(shape, first, p, end, yAlone.address() + target, 0);
        }
        long above = spec.reluInput() ? out : 0;
        long gradients = gradient.address() + target;
        for (int h = 0, end; h < rowsIn; h = end) {
          end = cut(cuts, h, shape.rowsTogether(), rowsIn);
          loops.backward(shape, above, places, gradients, h, end, dx.address() + source);
        }
      }
      return new Result(y.floats(), yAlone.floats(), argmax.ints(), dx.floats());
    }
  }

  /** Where the next call is to begin: some whole steps further on, or the end. */
  private static int cut(Random random, int from, int step, int end) {
    return Math.min(from + step * (1 + random.nextInt(3)), end);
  }
}
