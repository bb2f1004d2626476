package dev.quern.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is drawn, against the formula in double precision and against what chance allows. */
class PlacementTest {
  private static final int DRAWS = 10_000;
  private static final double PIXEL = Placement.PIXEL;

  @Test
  void sinesAreRight() {
    SplittableRandom random = new SplittableRandom(1);
    IntStream edges =
        IntStream.range(-8, 9).flatMap(i -> IntStream.range(-2, 3).map(j -> i * (1 << 29) + j));
    IntStream.concat(edges, random.ints(DRAWS))
        .forEach(
            angle -> {
              double radians = angle * Math.PI * 0x1p-31;
              assertThat(BinaryAngle.sine(angle) * 0x1p-30)
                  .isCloseTo(Math.sin(radians), within(0x1p-24));
              assertThat(BinaryAngle.cosine(angle) * 0x1p-30)
                  .isCloseTo(Math.cos(radians), within(0x1p-24));
            });
    assertThat(BinaryAngle.cosine(0)).isEqualTo(BinaryAngle.ONE);
    assertThat(BinaryAngle.sine(0)).isZero();
    assertThat(BinaryAngle.sine(1 << 30)).isEqualTo(BinaryAngle.ONE);
  }

  /** From three pixels the map is known; it must be a similarity with its centre where it says. */
  @Test
  void mapsAreTurnsAndScalesAroundTheCentre() {
    Augment.Spec spec =
        Augment.builder().input(1, 21, 36, 1).rotation(3).zoom(0.5f).flip(true, true).build();
    Placement placement = new Placement(spec);
    for (int step = 0; step < 1000; step++) {
      placement.draw(0, step);
      double rowDown = (placement.row(20, 0) - placement.row(0, 0)) / PIXEL / 20;
      double columnDown = (placement.column(20, 0) - placement.column(0, 0)) / PIXEL / 20;
      double rowAcross = placement.rowAcross() / PIXEL;
      double columnAcross = placement.columnAcross() / PIXEL;
      double scale = Math.hypot(rowDown, columnDown);
      assertThat(scale).isBetween(0.4999, 1.5001);
      assertThat(Math.hypot(rowAcross, columnAcross)).isCloseTo(scale, within(1e-4));
      assertThat(rowDown * rowAcross + columnDown * columnAcross).isCloseTo(0, within(1e-4));
      // The pixels opposite one another lie the same way from the centre, (10, 17.5).
      assertThat(placement.row(0, 0) + placement.row(20, 35)).isEqualTo(20 * Placement.PIXEL);
      assertThat(placement.column(0, 35) + placement.column(20, 0)).isEqualTo(35 * Placement.PIXEL);
    }
  }

  @Test
  void anglesTurnCounterClockwise() {
    Placement placement = new Placement(Augment.builder().input(1, 9, 9, 1).rotation(0.5f).build());
    List<Double> angles =
        draws(placement, step -> Math.atan2(placement.rowAcross(), placement.columnAcross()));
    requireEven(angles, -0.5, 0.5);
  }

  @Test
  void extremesAreDrawnBothWaysEvenly() {
    Augment.Spec spec =
        Augment.builder().input(1, 10, 20, 1).shift(0.25f, 0.5f).brightness(0.3f).build();
    Placement placement = new Placement(spec);
    requireEven(draws(placement, step -> -placement.row(0, 0) / PIXEL), -2.5, 2.5);
    requireEven(draws(placement, step -> -placement.column(0, 0) / PIXEL), -10, 10);
    requireEven(draws(placement, step -> placement.brightness()), -0.3, 0.3);
    Placement zoomed = new Placement(Augment.builder().input(1, 10, 20, 1).zoom(0.2f).build());
    requireEven(draws(zoomed, step -> zoomed.columnAcross() / PIXEL), 0.8, 1.2);
  }

  /** Each of the seven shifts by whole pixels comes as often as any other, within 4 deviations. */
  @Test
  void wholeShiftsAreEquallyLikely() {
    Augment.Spec spec =
        Augment.builder().input(1, 28, 28, 1).shift(0.1f, 0).wholePixels(true).build();
    Placement placement = new Placement(spec);
    int[] counts = new int[7];
    draws(placement, step -> counts[placement.row(0, 0) / Placement.PIXEL + 3]++);
    for (int count : counts) {
      assertThat((double) count).isCloseTo(DRAWS / 7.0, within(140.0));
    }
  }

  @Test
  void flipsComeHalfOfTheTimeAndByThemselves() {
    Placement placement =
        new Placement(Augment.builder().input(1, 8, 8, 1).flip(true, true).build());
    int[] counts = new int[4];
    draws(
        placement,
        step -> counts[(placement.row(0, 0) > 0 ? 2 : 0) + (placement.column(0, 0) > 0 ? 1 : 0)]++);
    for (int count : counts) {
      assertThat((double) count).isCloseTo(DRAWS / 4.0, within(175.0));
    }
  }

  @Test
  void squaresAreCentredAnywhere() {
    Placement placement =
        new Placement(Augment.builder().input(1, 20, 30, 1).cutout(0.25f).build());
    Set<Integer> rows = new HashSet<>();
    Set<Integer> columns = new HashSet<>();
    draws(
        placement,
        step -> {
          assertThat(placement.cutBottom() - placement.cutTop()).isEqualTo(5);
          assertThat(placement.cutRight() - placement.cutLeft()).isEqualTo(5);
          rows.add(placement.cutTop() + 2);
          columns.add(placement.cutLeft() + 2);
          return 0;
        });
    assertThat(rows).containsExactlyInAnyOrderElementsOf(IntStream.range(0, 20).boxed().toList());
    assertThat(columns)
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 30).boxed().toList());
  }

  @Test
  void imagesStepsAndSeedsDiffer() {
    Set<Integer> seen = new HashSet<>();
    for (int seed = 0; seed < 10; seed++) {
      Placement placement =
          new Placement(Augment.builder().input(10, 999, 9, 1).seed(seed).shift(4, 0).build());
      for (int step = 0; step < 10; step++) {
        for (int image = 0; image < 10; image++) {
          placement.draw(image, step);
          seen.add(placement.row(0, 0));
        }
      }
    }
    // Of 2^28 places two of a thousand are alike once in 500 times; here none is.
    assertThat(seen).hasSize(1000);
  }

  /** Positions of the farthest pixels have room in 32 bits. */
  @Test
  void extremesDoNotOverflow() {
    int last = Augment.Spec.LONGEST - 1;
    Augment.Spec spec =
        Augment.builder()
            .input(1, last + 1, last + 1, 1)
            .shift(4, 4)
            .rotation((float) Math.PI)
            .zoom(Math.nextDown(1f))
            .flip(true, true)
            .build();
    Placement placement = new Placement(spec);
    double most = (Math.sqrt(2) * last + 4.0 * (last + 1) + last / 2.0) * PIXEL;
    assertThat(most).isLessThan(Integer.MAX_VALUE);
    for (int step = 0; step < DRAWS; step++) {
      placement.draw(0, step);
      for (int i : new int[] {0, last}) {
        for (int j : new int[] {0, last}) {
          // By the plane through the pixels near the origin, without its wrapping around.
          long down = (long) placement.row(1, 0) - placement.row(0, 0);
          long row = placement.row(0, 0) + down * i + (long) placement.rowAcross() * j;
          assertThat((long) placement.row(i, j)).isEqualTo(row);
        }
      }
    }
  }

  private static List<Double> draws(Placement placement, IntToDoubleFunction value) {
    List<Double> values = new ArrayList<>();
    for (int step = 0; step < DRAWS; step++) {
      placement.draw(0, step);
      values.add(value.applyAsDouble(step));
    }
    return values;
  }

  /** Within the range, nearly up to its ends, and with its mean and its spread. */
  private static void requireEven(List<Double> values, double least, double most) {
    double range = most - least;
    DoubleStream all = values.stream().mapToDouble(value -> value);
    assertThat(values).allSatisfy(value -> assertThat(value).isBetween(least - 1e-4, most + 1e-4));
    double mean = all.average().orElseThrow();
    double variance =
        values.stream().mapToDouble(value -> Math.pow(value - mean, 2)).average().orElseThrow();
    // Four standard deviations of a mean, and of a variance, of that many even numbers.
    assertThat(mean).isCloseTo((least + most) / 2, within(4 * range / Math.sqrt(12.0 * DRAWS)));
    assertThat(variance / (range * range))
        .isCloseTo(1 / 12.0, within(4 * 0.0746 / Math.sqrt(DRAWS)));
    assertThat(values).anySatisfy(value -> assertThat(value).isLessThan(least + range / 100));
    assertThat(values).anySatisfy(value -> assertThat(value).isGreaterThan(most - range / 100));
  }
}
