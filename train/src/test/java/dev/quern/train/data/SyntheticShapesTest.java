package dev.quern.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SyntheticShapesTest {
  @Test
  void sameSeedSameBytes() {
    DataSet some = SyntheticShapes.draw(200, 5);
    DataSet more = SyntheticShapes.draw(300, 5);
    assertThat(more.pixels(0, 200)).isEqualTo(some.pixels(0, 200));
    assertThat(more.subset(0, 200).labels()).isEqualTo(some.labels());
    assertThat(SyntheticShapes.draw(200, 6).pixels(0, 200)).isNotEqualTo(some.pixels(0, 200));
  }

  @Test
  void sameBytesOnEveryMachine() {
    CRC32 checksum = new CRC32();
    checksum.update(SyntheticShapes.draw(100, 1).pixels(0, 100));
    // Drawn once with this seed; a change of the drawing changes every result trained on it.
    assertThat(checksum.getValue()).isEqualTo(3_394_972_217L);
  }

  @Test
  void everyShapeIsThereAboutAsOften() {
    int[] counts = new int[8];
    for (int label : SyntheticShapes.draw(8_000, 3).labels()) {
      counts[label]++;
    }
    // 1,000 expected; five standard deviations of a binomial are 150.
    for (int count : counts) {
      assertThat(count).isBetween(850, 1_150);
    }
  }

  @Test
  void coloursSayNothingAboutTheShape() {
    DataSet shapes = SyntheticShapes.draw(8_000, 4);
    double[][] sums = new double[8][3];
    int[] counts = new int[8];
    for (int row = 0; row < shapes.count(); row++) {
      byte[] pixels = shapes.pixels(row, row + 1);
      int label = shapes.label(row);
      counts[label]++;
      for (int i = 0; i < pixels.length; i++) {
        sums[label][i % 3] += Byte.toUnsignedInt(pixels[i]) / 1024.0;
      }
    }
    // Means of pictures spread by about 70 around 128: five standard errors of 1,000 are 11.
    for (int label = 0; label < 8; label++) {
      for (double sum : sums[label]) {
        assertThat(sum / counts[label]).isBetween(117.0, 139.0);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 699_051, Integer.MAX_VALUE})
  void refusesCountsOutOfRange(int count) {
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> SyntheticShapes.draw(count, 1))
        .withMessage("synthetic shapes: the count must be 1 to 699050, but is " + count);
  }
}
