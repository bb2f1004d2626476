package dev.quern.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataSetTest {
  private final DataSet data =
      new DataSet("six", new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, labels(), 1, 2, 1, 3);

  private static int[] labels() {
    return new int[] {0, 1, 2, 2, 1, 0};
  }

  @Test
  void subsetOfASubsetKeepsItsRows() {
    DataSet part = data.subset(1, 6).subset(1, 3);
    assertThat(part.count()).isEqualTo(2);
    assertThat(part.elements()).isEqualTo(2);
    assertThat(part.labels()).containsExactly(2, 2);
    assertThat(part.label(1)).isEqualTo(2);
    assertThat(part.pixels(1, 2)).containsExactly(6, 7);
  }

  @Test
  void subsetsDoNotShowTheirNeighbours() {
    DataSet part = data.subset(1, 3);
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> part.label(2));
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> part.pixels(0, 3));
  }

  @ParameterizedTest
  @CsvSource({"-1, 2", "3, 2", "0, 7"})
  void refusesRowsOutside(int from, int to) {
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> data.subset(from, to))
        .withMessageContaining("rows %d to %d are not inside its 6 rows", from, to);
  }

  @Test
  void refusesBytesThatDoNotMatch() {
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> new DataSet("a", new byte[11], labels(), 1, 2, 1, 3))
        .withMessage("a: 6 labels of 1 x 2 x 1 pictures need 12 bytes, but there are 11");
  }

  @Test
  void sizesDoNotOverflow() {
    int huge = 1 << 30;
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> new DataSet("a", new byte[0], new int[4], huge, huge, 4, 3))
        .withMessageContaining("need 18446744073709551616 bytes");
  }

  @ParameterizedTest
  @CsvSource({"0, 2, 1, 3", "1, 0, 1, 3", "1, 2, -1, 3", "1, 2, 1, 0"})
  void refusesSizesBelowOne(int height, int width, int channels, int classes) {
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(
            () -> new DataSet("a", new byte[12], labels(), height, width, channels, classes))
        .withMessageContaining("must be at least 1");
  }

  @Test
  void refusesLabelsOutOfRange() {
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> new DataSet("a", new byte[12], labels(), 1, 2, 1, 2))
        .withMessage("a: labels must be 0 to 1, but that of row 2 is 2");
  }

  @Test
  void rowsOfNumbersKeepTheirValues() {
    float[][] rows = {{0.5f, -2}, {3, 4}, {5, 1e6f}};
    DataSet numbers = DataSet.features("n", rows).labelled(new int[] {0, 4, 1});
    assertThat(numbers.classes()).as("largest label + 1").isEqualTo(5);
    assertThat(numbers.arePictures()).isFalse();
    assertThat(numbers.count()).isEqualTo(3);
    assertThat(numbers.channels()).isEqualTo(2);
    assertThat(numbers.subset(1, 3).features(0, 2)).containsExactly(3, 4, 5, 1e6f);
    refused(() -> numbers.pixels(0, 1), "n: holds numbers and no bytes");
    refused(() -> numbers.targets(0, 1), "n: has labels, and no numbers to come near to");
  }

  @Test
  void pixelsAreFeaturesFromZeroToOne() {
    DataSet gray =
        DataSet.pictures("g", new byte[] {0, (byte) 255, 51}, 1, 1, 1).labelled(new int[3]);
    assertThat(gray.arePictures()).isTrue();
    assertThat(gray.features(0, 3)).containsExactly(0, 1, 51 * (1 / 255f));
    assertThat(gray.classes()).isEqualTo(1);
  }

  @Test
  void targetsGoWithTheirRows() {
    float[][] targets = {{1, 2}, {3, 4}, {5, 6}};
    DataSet numbers = DataSet.features("n", new float[12], 2, 1, 2).withTargets(targets);
    assertThat(numbers.isLabelled()).isFalse();
    assertThat(numbers.targetElements()).isEqualTo(2);
    assertThat(numbers.subset(1, 3).targets(1, 2)).containsExactly(5, 6);
    refused(numbers::labels, "n: has no labels, but 2 numbers a row to come near to");
    refused(numbers::classes, "has no labels");
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> numbers.subset(0, 2).targets(1, 3));
  }

  @Test
  void aSplitSetsTheLastRowsAside() {
    Split parts = data.split(0.34);
    assertThat(parts.train().labels()).containsExactly(0, 1, 2);
    assertThat(parts.validation().labels()).containsExactly(2, 1, 0);
    assertThat(data.subset(0, 5).split(0.2).validation().labels()).containsExactly(1);
    for (double share : new double[] {0, 1, -0.1, 1.5, Double.NaN, 0.999}) {
      refused(() -> data.split(share), "six: a share of " + share, "6 rows");
    }
    refused(() -> data.subset(0, 1).split(0.5), "1 rows");
  }

  @Test
  void wrongNumbersAreToldByRow() {
    float[] bad = {0, 1, 2, Float.NaN};
    refused(
        () -> DataSet.features("a", bad, 1, 1, 2), "a: numbers must be finite", "value 1 of row 1");
    Samples good = DataSet.features("a", new float[4], 1, 1, 2);
    float[] infinite = {0, Float.POSITIVE_INFINITY};
    refused(() -> good.withTargets(infinite, 1), "target 0 of row 1 is Infinity");
    refused(() -> good.withTargets(new float[3], 2), "targets of 2 numbers each", "3 numbers");
    refused(
        () -> good.withTargets(new float[3], 1), "3 targets of 1 x 1 x 2 samples need 6 numbers");
    refused(() -> good.withTargets(new float[2], 0), "at least 1");
    refused(
        () -> good.labelled(new int[3]), "3 labels of 1 x 1 x 2 samples need 6 numbers", "are 4");
    refused(() -> good.labelled(new int[] {0, -1}), "that of row 1 is -1");
    float[][] ragged = {{1, 2}, {3}};
    refused(() -> DataSet.features("r", ragged), "feature row 0 has 2 numbers and row 1 has 1");
    refused(() -> good.withTargets(ragged), "target row 0 has 2 numbers and row 1 has 1");
  }

  private static void refused(Runnable body, String... parts) {
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(body::run)
        .satisfies(e -> assertThat(e).hasMessageContainingAll(parts));
  }
}
