package dev.quern.examples;

import dev.quern.train.data.DataSet;
import dev.quern.train.data.SyntheticDigits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A folder of drawn digits that looks like MNIST's, only much smaller. */
final class DigitFiles {
  private static final int IMAGES = 0x803;
  private static final int IMAGES_WITH_CHANNELS = 0x804;
  private static final int LABELS = 0x801;

  private DigitFiles() {}

  /** Writes the four files and returns the folder. */
  static Path write(Path folder, int train, int test) throws IOException {
    return write(folder, SyntheticDigits.draw(train, 1), SyntheticDigits.draw(test, 2));
  }

  /** Writes the four files for pictures of another kind and returns the folder. */
  static Path write(Path folder, DataSet train, DataSet test) throws IOException {
    Files.createDirectories(folder);
    write(folder, "train", train);
    write(folder, "t10k", test);
    return folder;
  }

  private static void write(Path folder, String part, DataSet pictures) throws IOException {
    int count = pictures.count();
    byte[] pixels = pictures.pixels(0, count);
    boolean colours = pictures.channels() > 1;
    ByteBuffer images = ByteBuffer.allocate(5 * Integer.BYTES + pixels.length);
    images.putInt(colours ? IMAGES_WITH_CHANNELS : IMAGES).putInt(count);
    images.putInt(pictures.height()).putInt(pictures.width());
    if (colours) {
      images.putInt(pictures.channels());
    }
    images.put(pixels);
    byte[] file = Arrays.copyOf(images.array(), images.position());
    Files.write(
        folder.resolve(part + (colours ? "-images-idx4-ubyte" : "-images-idx3-ubyte")), file);
    ByteBuffer labels = ByteBuffer.allocate(2 * Integer.BYTES + count);
    labels.putInt(LABELS).putInt(count);
    for (int label : pictures.labels()) {
      labels.put((byte) label);
    }
    Files.write(folder.resolve(part + "-labels-idx1-ubyte"), labels.array());
  }
}
