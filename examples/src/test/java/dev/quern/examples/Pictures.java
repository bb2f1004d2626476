package dev.quern.examples;

import dev.quern.train.data.DataSet;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Picture files for tests. */
final class Pictures {
  private Pictures() {}

  /** A row of a data set as it is, gray or in colours. */
  static Path write(Path file, DataSet data, int row) throws IOException {
    byte[] pixels = data.pixels(row, row + 1);
    BufferedImage image =
        new BufferedImage(data.width(), data.height(), BufferedImage.TYPE_INT_RGB);
    for (int at = 0; at < data.height() * data.width(); at++) {
      int colour = 0;
      for (int c = 0; c < 3; c++) {
        int channel = Math.min(c, data.channels() - 1);
        colour = colour << 8 | Byte.toUnsignedInt(pixels[at * data.channels() + channel]);
      }
      image.setRGB(at % data.width(), at / data.width(), colour);
    }
    return write(file, image);
  }

  /**
   * A digit as somebody might draw it: dark on light paper, several times as large, somewhere on
   * the page.
   */
  static Path writeDrawn(Path file, DataSet data, int row, int scale, int right, int down)
      throws IOException {
    byte[] pixels = data.pixels(row, row + 1);
    int height = data.height() * scale;
    int width = data.width() * scale;
    BufferedImage page =
        new BufferedImage(width + right + 7, height + down + 3, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < page.getHeight(); y++) {
      for (int x = 0; x < page.getWidth(); x++) {
        boolean inside = y >= down && y < down + height && x >= right && x < right + width;
        int at = inside ? (y - down) / scale * data.width() + (x - right) / scale : 0;
        int ink = inside ? Byte.toUnsignedInt(pixels[at]) : 0;
        page.setRGB(x, y, 0x10101 * (240 - ink * 200 / 255));
      }
    }
    return write(file, page);
  }

  static Path write(Path file, BufferedImage image) throws IOException {
    String name = file.toString();
    if (!ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile())) {
      throw new IOException("no writer for " + name);
    }
    return file;
  }
}
