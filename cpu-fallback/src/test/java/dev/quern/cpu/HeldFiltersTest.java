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
      if (problem % 4 == 0) {
        putZeros(random, x, w);
      } else if (!shape.finite()) {
        putUnbounded(random, x, w);
      }

      float[] expected =
          run(new PlainHeldFilters(shape, VectorWidth.LANES), x, line, rows, columns, w, width);
      float[] actual =
          run(new VectorHeldGenerator(shape).generate(), x, line, rows, columns, w, width);

      Loops.requireSame(actual, expected, shape + " of -Dquern.seed=" + SEED);
    }
  }

  private static HeldShape draw(Random random) {
    boolean relu = random.nextBoolean();
    return new HeldShape(
        1 + random.nextInt(3),
        1 + random.nextInt(3),
        1 + random.nextInt(2),
        1 + random.nextInt(2),
        1 + random.nextInt(2),
        1 + random.nextInt(2),
        relu,
        relu && random.nextBoolean());
  }

  /** Sums of -0, which a ReLU makes 0. */
  private static void putZeros(Random random, float[] x, float[] w) {
    Arrays.fill(x, 0);
    for (int i = 0; i < w.length; i++) {
      w[i] = random.nextBoolean() ? -0f : -Math.abs(w[i]);
    }
  }

  /** A few of the numbers that need not be any, NaN of either sign among them. */
  private static void putUnbounded(Random random, float[]... operands) {
    float negativeNan = Float.intBitsToFloat(0xFFC00000);
    float[] values = {
      Float.NaN, negativeNan, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f
    };
    for (float[] operand : operands) {
      for (int i = 0; i < 3; i++) {
        operand[random.nextInt(operand.length)] = values[random.nextInt(values.length)];
      }
    }
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

  /** NaN stays NaN, wherever it comes from: from the image, a filter or the bias alone. */
  @Test
  void noReluHidesWhatIsNotFinite() {
    Conv2d.Spec spec = conv(7, 1, 9, 8, 32, 3, 3).epilogue(Epilogue.BIAS_RELU).build();
    Random random = new Random(SEED);
    for (int draw = 0; draw < 15; draw++) {
      int operand = draw % 3;
      long seed = random.nextLong();
      DrawnConvolution.Change change =
          operands -> putUnbounded(new Random(seed), operands.get(operand));
      System.setProperty(ConvAlgorithm.PROPERTY, "direct");
      DrawnConvolution direct = new DrawnConvolution(spec, 1, change);
      System.clearProperty(ConvAlgorithm.PROPERTY);
      for (int threads : new int[] {1, 3}) {
        DrawnConvolution held = new DrawnConvolution(spec, threads, change);
        assertThat(held.implementation).contains("held");
        Loops.requireSame(held.y, direct.y, "operand " + operand + ", seed " + seed);
        new DrawnConvolution(spec, threads); // warms up the loops for finite operands, too
        WarmUp.OF_PROCESS.await();
      }
    }
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
