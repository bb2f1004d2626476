package dev.quern.kernels.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.quern.kernels.Augment;
import dev.quern.kernels.AugmentBuilder;
import dev.quern.kernels.Placement;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Where a dot goes, and what becomes of a flat picture. */
class ReferenceAugmentTest {
  private static final int SIZE = 41;
  private static final int CENTRE = 20;
  private static final int STEPS = 200;

  private static AugmentBuilder picture() {
    return Augment.builder().input(1, SIZE, SIZE, 1);
  }

  private static Placement drawn(Augment.Spec spec, int step) {
    Placement placement = new Placement(spec);
    placement.draw(0, step);
    return placement;
  }

  /** The centre of what has become of a dot. */
  private static double[] moved(Augment.Spec spec, int row, int column, int step) {
    double[] x = new double[SIZE * SIZE];
    x[row * SIZE + column] = 1;
    double[] y = ReferenceAugment.forward(spec, x, step).values();
    double sum = 0;
    double down = 0;
    double right = 0;
    for (int i = 0; i < y.length; i++) {
      int line = i / SIZE;
      sum += y[i];
      down += y[i] * line;
      right += y[i] * (i % SIZE);
    }
    return new double[] {down / sum, right / sum};
  }

  @Test
  void shiftsMoveWithinTheirLimitsAndOnAverageNowhere() {
    Augment.Spec spec = picture().shift(0.2f, 0.1f).build();
    double down = 0;
    double right = 0;
    for (int step = 0; step < STEPS; step++) {
      double[] dot = moved(spec, CENTRE, CENTRE, step);
      assertThat(dot[0] - CENTRE).isBetween(-8.21, 8.21);
      assertThat(dot[1] - CENTRE).isBetween(-4.11, 4.11);
      Placement placement = drawn(spec, step);
      assertThat(dot[0]).isCloseTo(CENTRE - placement.row(0, 0) / 65536.0, within(1e-9));
      assertThat(dot[1]).isCloseTo(CENTRE - placement.column(0, 0) / 65536.0, within(1e-9));
      down += (dot[0] - CENTRE) / STEPS;
      right += (dot[1] - CENTRE) / STEPS;
    }
    // Four standard deviations of means of even numbers.
    assertThat(down).isCloseTo(0, within(4 * 16.4 / Math.sqrt(12.0 * STEPS)));
    assertThat(right).isCloseTo(0, within(4 * 8.2 / Math.sqrt(12.0 * STEPS)));
  }

  @Test
  void positiveAnglesTurnCounterClockwise() {
    Augment.Spec spec = picture().rotation(3).build();
    for (int step = 0; step < STEPS; step++) {
      Placement placement = drawn(spec, step);
      double angle = Math.atan2(placement.rowAcross(), placement.columnAcross());
      double[] dot = moved(spec, CENTRE, CENTRE + 12, step);
      assertThat(dot[0]).isCloseTo(CENTRE - 12 * Math.sin(angle), within(0.5));
      assertThat(dot[1]).isCloseTo(CENTRE + 12 * Math.cos(angle), within(0.5));
    }
  }

  @Test
  void factorsAboveOneShrink() {
    Augment.Spec spec = picture().zoom(0.4f).build();
    for (int step = 0; step < STEPS; step++) {
      double factor = drawn(spec, step).columnAcross() / 65536.0;
      double[] dot = moved(spec, CENTRE - 6, CENTRE + 9, step);
      assertThat(dot[0]).isCloseTo(CENTRE - 6 / factor, within(0.5));
      assertThat(dot[1]).isCloseTo(CENTRE + 9 / factor, within(0.5));
    }
  }

  @Test
  void flipsExchangeSides() {
    Augment.Spec spec = picture().flip(true, false).build();
    int flipped = 0;
    for (int step = 0; step < STEPS; step++) {
      double[] dot = moved(spec, 3, 5, step);
      assertThat(dot[0]).isEqualTo(3);
      assertThat(dot[1]).isIn(5.0, SIZE - 6.0);
      flipped += dot[1] == 5 ? 0 : 1;
    }
    // Four standard deviations of a fair coin.
    assertThat((double) flipped).isCloseTo(STEPS / 2.0, within(2 * Math.sqrt(STEPS)));
  }

  /** A flat picture of the fill's own colour has no border to be seen; then comes the rest. */
  @Test
  void brightnessIsAddedToAllButTheSquare() {
    Augment.Spec spec =
        picture().rotation(1).shift(0.3f, 0.3f).fill(0.5f).brightness(0.25f).cutout(0.2f).build();
    double[] x = new double[SIZE * SIZE];
    Arrays.fill(x, 0.5);
    for (int step = 0; step < STEPS; step++) {
      Placement placement = drawn(spec, step);
      double[] y = ReferenceAugment.forward(spec, x, step).values();
      for (int i = 0; i < y.length; i++) {
        int row = i / SIZE;
        int column = i % SIZE;
        boolean cut =
            row >= placement.cutTop()
                && row < placement.cutTop() + 8
                && column >= placement.cutLeft()
                && column < placement.cutLeft() + 8;
        assertThat(y[i]).isCloseTo(cut ? 0.5 : 0.5 + placement.brightness(), within(1e-12));
      }
    }
  }

  @Test
  void nothingIsDrawnWithoutASetting() {
    double[] x = new double[SIZE * SIZE];
    for (int i = 0; i < x.length; i++) {
      x[i] = i % 3 == 0 ? Double.NaN : -i;
    }
    assertThat(ReferenceAugment.forward(picture().build(), x, 7).values()).isEqualTo(x);
  }
}
