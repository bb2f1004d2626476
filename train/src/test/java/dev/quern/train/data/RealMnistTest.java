package dev.quern.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The files as first published; counts from their description. */
class RealMnistTest {
  private static final String VARIABLE = "QUERN_MNIST_DIR";

  @Test
  void holdsTheKnownDigits() {
    String folder = System.getenv(VARIABLE);
    assumeTrue(
        folder != null && !folder.isEmpty(),
        () -> VARIABLE + " is not set: it must name the folder with the four MNIST files");
    Mnist mnist = Mnist.load(Path.of(String.valueOf(folder)));
    check(
        mnist.train(),
        new int[] {5, 0, 4, 1, 9, 2, 1, 3, 1, 4},
        new long[] {5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949});
    check(
        mnist.test(),
        new int[] {7, 2, 1, 0, 4, 1, 4, 9, 5, 9},
        new long[] {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009});
  }

  private static void check(DataSet data, int[] firstLabels, long[] ofEachDigit) {
    assertThat(data.count()).isEqualTo((int) Arrays.stream(ofEachDigit).sum());
    assertThat(data.height()).isEqualTo(28);
    assertThat(data.width()).isEqualTo(28);
    assertThat(data.classes()).isEqualTo(10);
    assertThat(data.subset(0, 10).labels()).isEqualTo(firstLabels);
    long[] counts = new long[10];
    for (int label : data.labels()) {
      counts[label]++;
    }
    assertThat(counts).isEqualTo(ofEachDigit);
  }
}
