package dev.quern.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MnistTest {
  @TempDir private Path folder;

  @BeforeEach
  void writeFourFiles() throws IOException {
    write("train-images-idx3-ubyte", IdxBytes.images(4, 3, 2));
    write("train-labels-idx1-ubyte", IdxBytes.labels(0, 9, 5, 1));
    write("t10k-images-idx3-ubyte", IdxBytes.images(2, 3, 2));
    write("t10k-labels-idx1-ubyte", IdxBytes.labels(7, 8));
  }

  private void write(String name, byte[] bytes) throws IOException {
    Files.write(folder.resolve(name), bytes);
  }

  private void rename(String name, String other) throws IOException {
    Files.move(folder.resolve(name), folder.resolve(other));
  }

  @Test
  void readsBothParts() {
    Mnist mnist = Mnist.load(folder);
    assertThat(mnist.train().count()).isEqualTo(4);
    assertThat(mnist.train().labels()).containsExactly(0, 9, 5, 1);
    assertThat(mnist.train().classes()).isEqualTo(10);
    assertThat(mnist.test().labels()).containsExactly(7, 8);
    assertThat(mnist.test().height()).isEqualTo(3);
    assertThat(mnist.test().width()).isEqualTo(2);
    byte[] file = IdxBytes.images(2, 3, 2);
    assertThat(mnist.test().pixels(1, 2)).isEqualTo(Arrays.copyOfRange(file, 22, 28));
  }

  @Test
  void takesOtherNames() throws IOException {
    rename("train-images-idx3-ubyte", "train-images.idx3-ubyte");
    Files.delete(folder.resolve("t10k-labels-idx1-ubyte"));
    write("t10k-labels.idx1-ubyte.gz", IdxBytes.gzip(IdxBytes.labels(1, 2)));
    Mnist mnist = Mnist.load(folder);
    assertThat(mnist.train().count()).isEqualTo(4);
    assertThat(mnist.test().labels()).containsExactly(1, 2);
  }

  @Test
  void takesPicturesWithChannels() throws IOException {
    Files.delete(folder.resolve("train-images-idx3-ubyte"));
    Files.delete(folder.resolve("t10k-images-idx3-ubyte"));
    write("train-images-idx4-ubyte", IdxBytes.file(new byte[24], 0x804, 4, 1, 2, 3));
    write("t10k-images-idx4-ubyte", IdxBytes.file(new byte[12], 0x804, 2, 1, 2, 3));
    assertThat(Mnist.load(folder).test().channels()).isEqualTo(3);
  }

  @Test
  void countsClassesOfBothParts() throws IOException {
    write("t10k-labels-idx1-ubyte", IdxBytes.labels(46, 3));
    Mnist mnist = Mnist.load(folder, Mnist.CLASSES_FROM_LABELS);
    assertThat(mnist.train().classes()).isEqualTo(47);
    assertThat(mnist.test().classes()).isEqualTo(47);
    assertThat(Mnist.load(folder, 62).train().classes()).isEqualTo(62);
  }

  @Test
  void refusesLabelTen() throws IOException {
    write("t10k-labels-idx1-ubyte", IdxBytes.labels(3, 10));
    refuses(folder, "t10k-labels-idx1-ubyte: labels must be 0 to 9, but label 1 is 10");
  }

  @Test
  void refusesNegativeClasses() {
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> Mnist.load(folder, -1))
        .withMessageContaining("must be at least 1, but is -1");
  }

  @Test
  void refusesDifferentCounts() throws IOException {
    write("train-labels-idx1-ubyte", IdxBytes.labels(1, 2, 3));
    refuses(
        folder,
        "train-images-idx3-ubyte holds 4 pictures",
        "train-labels-idx1-ubyte holds 3 labels");
  }

  @Test
  void refusesDifferentSizes() throws IOException {
    write("t10k-images-idx3-ubyte", IdxBytes.images(2, 2, 3));
    refuses(folder, "train-images-idx3-ubyte holds pictures of 3 x 2 x 1", "2 x 3 x 1");
  }

  @Test
  void namesTheMissingFile() throws IOException {
    for (String name :
        new String[] {
          "t10k-labels-idx1-ubyte",
          "t10k-images-idx3-ubyte",
          "train-labels-idx1-ubyte",
          "train-images-idx3-ubyte"
        }) {
      rename(name, "away");
      refuses(folder, "there is no file " + name);
      rename("away", name);
    }
  }

  @Test
  void refusesMissingFolderAndFile() throws IOException {
    refuses(folder.resolve("nowhere"), "there is no such folder");
    write("file", new byte[1]);
    refuses(folder.resolve("file"), "is a file");
  }

  private static void refuses(Path folder, String... parts) {
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> Mnist.load(folder))
        .satisfies(e -> assertThat(e.getMessage()).contains(parts).hasLineCount(1));
  }
}
