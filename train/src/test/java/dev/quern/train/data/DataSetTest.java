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
        .withMessage("a: labels must be 0 to 1, but label 2 is 2");
  }
}
