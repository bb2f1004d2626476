package dev.quern.examples;

import dev.quern.train.data.DataSet;
import dev.quern.train.data.SyntheticDigits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder of drawn digits that looks like MNIST's, only much smaller. */
final class DigitFiles {
  private static final int IMAGES = 0x803;
  private static final int LABELS = 0x801;

  private DigitFiles() {}

  /** Writes the four files and returns the folder. */
  static Path write(Path folder, int train, int test) throws IOException {
    Files.createDirectories(folder);
    write(folder, "train", SyntheticDigits.draw(train, 1));
    write(folder, "t10k", SyntheticDigits.draw(test, 2));
    return folder;
  }

  private static void write(Path folder, String part, DataSet digits) throws IOException {
    int count = digits.count();
    byte[] pixels = digits.pixels(0, count);
    ByteBuffer images = ByteBuffer.allocate(4 * Integer.BYTES + pixels.length);
    images.putInt(IMAGES).putInt(count).putInt(digits.height()).putInt(digits.width()).put(pixels);
    Files.write(folder.resolve(part + "-images-idx3-ubyte"), images.array());
    ByteBuffer labels = ByteBuffer.allocate(2 * Integer.BYTES + count);
    labels.putInt(LABELS).putInt(count);
    for (int label : digits.labels()) {
      labels.put((byte) label);
    }
    Files.write(folder.resolve(part + "-labels-idx1-ubyte"), labels.array());
  }
}
