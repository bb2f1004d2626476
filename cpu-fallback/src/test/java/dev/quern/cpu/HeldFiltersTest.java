package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Conv2dBuilder;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Pass;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Convolutions with filters in registers give the bits of those without. */
final class HeldFiltersTest {
  private static final int PROBLEMS = 150;
  private static final long SEED = Long.getLong("quern.seed", 20260101L);

  @AfterEach
  void chooseFreelyAgain() {
    System.clearProperty(ConvAlgorithm.PROPERTY);
  }

  @Test
  void vectorsAgreeWithPlainJava() {
    Random random = new Random(SEED);
    for (int problem = 0; problem < PROBLEMS; problem++) {
      HeldShape shape = draw(random);
      int line = 40 + random.nextInt(9);
      int rows = 1 + random.nextInt(4);
      int columns = 1 + random.nextInt((40 - 12) / shape.step());
      float[] x = GuardedMemory.random(random, (shape.r() + rows) * line);
      int width = shape.vectors() * VectorWidth.LANES;
      float[] w = GuardedMemory.random(random, (shape.taps() + 3) * width);

      float[] expected =
          run(new PlainHeldFilters(shape, VectorWidth.LANES), x, line, rows, columns, w, width);
      float[] actual =
          run(new VectorHeldGenerator(shape).generate(), x, line, rows, columns, w, width);

      Loops.requireSame(actual, expected, shape + " of -Dquern.seed=" + SEED);
    }
  }

  private static HeldShape draw(Random random) {
    return new HeldShape(
        1 + random.nextInt(3),
        1 + random.nextInt(3),
        1 + random.nextInt(2),
        1 + random.nextInt(2),
        1 + random.nextInt(2),
        1 + random.nextInt(2),
        random.nextBoolean());
  }

  private static float[] run(
      HeldFilters loops, float[] x, int line, int rows, int columns, float[] w, int width) {
    try (GuardedMemory y = new GuardedMemory(rows * columns * width)) {
      loops.run(x, line, line, rows, columns, w, 3, y.address(), 4L * width);
      return y.floats();
    }
  }

  @Test
  void convolutionsAreTheSameBits() {
    for (Conv2dBuilder builder : problems()) {
      Conv2d.Spec spec = builder.build();
      assertThat(ConvAlgorithm.of(spec, Pass.FORWARD)).isEqualTo(ConvAlgorithm.HELD);
      System.setProperty(ConvAlgorithm.PROPERTY, "direct");
      DrawnConvolution direct = new DrawnConvolution(spec, 2);
      System.clearProperty(ConvAlgorithm.PROPERTY);
      assertThat(direct.implementation).doesNotContain("held");
      for (int threads : new int[] {1, 2, 3, 8}) {
        DrawnConvolution held = new DrawnConvolution(spec, threads);
        String what = held.implementation + ", " + threads + " threads, " + spec.describe();
        assertThat(held.implementation).contains("held");
        assertThat(held.y).as("y, %s", what).isEqualTo(direct.y);
      }
    }
  }

  /** More lines than are read at once, several panels. */
  private static List<Conv2dBuilder> problems() {
    return List.of(
        conv(70, 1, 9, 8, 32, 3, 3).epilogue(Epilogue.BIAS_RELU),
        conv(2, 1, 90, 200, 32, 3, 3).epilogue(Epilogue.BIAS),
        conv(3, 2, 11, 10, 64, 2, 3).stride(2, 3).epilogue(Epilogue.RELU),
        conv(3, 2, 14, 13, 96, 3, 2).dilation(3, 2),
        conv(5, 4, 6, 7, 32, 1, 1));
  }

  private static Conv2dBuilder conv(int n, int c, int h, int w, int k, int r, int s) {
    return Conv2d.builder().input(n, c, h, w).filters(k, r, s);
  }

  @Test
  void otherConvolutionsAreNotTaken() {
    System.setProperty(ConvAlgorithm.PROPERTY, "held");
    for (Conv2dBuilder builder :
        Arrays.asList(
            conv(2, 1, 9, 9, 32, 3, 3).padding(0, 0, 1, 0),
            conv(2, 2, 9, 9, 32, 3, 3).groups(2),
            conv(2, 1, 9, 9, 48, 3, 3),
            conv(2, 2, 9, 9, 32, 3, 3),
            conv(0, 1, 9, 9, 32, 3, 3))) {
      assertThat(ConvAlgorithm.of(builder.build(), Pass.FORWARD)).isEqualTo(ConvAlgorithm.DIRECT);
    }
  }
}
