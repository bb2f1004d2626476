package dev.quern.examples;

import dev.quern.train.Shape;
import dev.quern.train.data.DataException;
import dev.quern.train.data.FileErrors;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * A picture as numbers from 0 to 255.
 *
 * @param height rows
 * @param width columns
 * @param channels 1 for gray, 3 for red, green and blue
 * @param values [height][width][channels]
 */
record Picture(int height, int width, int channels, float[] values) {
  /** 64 million pixels: more than any camera's, and a damaged file may claim anything. */
  private static final long MOST_PIXELS = 1 << 26;

  /** Four million pixels: a network sees thousands, and Java's heap is small. */
  private static final double KEPT_PIXELS = 1 << 22;

  /** Luma of the three colours; source: ITU-R recommendation BT.601. */
  private static final float[] LUMA = {0.299f, 0.587f, 0.114f};

  /**
   * Reads a PNG, a JPEG, or what else Java reads; transparency shows a white page behind. Of a
   * picture with more than four million pixels every second row and column, or every third, and so
   * on.
   *
   * @param channels 1 or 3, whatever the file has
   * @throws DataException if it cannot be read, is no picture, or is too large
   */
  static Picture read(Path file, int channels) {
    if (channels != 1 && channels != 3) {
      throw new DataException(
          "pictures have 1 channel or 3, but the model takes %d".formatted(channels));
    }
    if (Files.isDirectory(file)) {
      throw new DataException("%s: is a folder; name the pictures in it".formatted(file));
    }
    if (!Files.isReadable(file)) {
      throw new DataException("%s: there is no such file that can be read".formatted(file));
    }
    ImageIO.setUseCache(false); // no files of its own
    try (ImageInputStream stream = ImageIO.createImageInputStream(file.toFile())) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
      if (!readers.hasNext()) {
        throw new DataException("%s: is no PNG or JPEG picture".formatted(file));
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(stream, true, true);
        int step = step(file, reader.getWidth(0), reader.getHeight(0));
        ImageReadParam sparsely = reader.getDefaultReadParam();
        sparsely.setSourceSubsampling(step, step, 0, 0);
        return of(reader.read(0, sparsely), channels);
      } finally {
        reader.dispose();
      }
    } catch (IOException e) {
      throw new DataException(
          "%s: cannot be read as a picture: %s".formatted(file, FileErrors.sentence(e)), e);
    } catch (IndexOutOfBoundsException | IllegalArgumentException | NegativeArraySizeException e) {
      throw new DataException("%s: is a damaged picture".formatted(file), e); // as decoders say it
    }
  }

  /** Rows and columns from one that is kept to the next. */
  private static int step(Path file, int width, int height) {
    long pixels = (long) width * height;
    if (pixels > MOST_PIXELS) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "%s: pictures of up to %,d pixels are read, but this one has %,d x %,d; make it"
                  + " smaller",
              file,
              MOST_PIXELS,
              width,
              height));
    }
    return (int) Math.ceil(Math.sqrt(Math.max(1, pixels / KEPT_PIXELS)));
  }

  private static Picture of(BufferedImage image, int channels) {
    int width = image.getWidth();
    int height = image.getHeight();
    float[] values = new float[height * width * channels];
    int[] row = new int[width];
    for (int y = 0; y < height; y++) {
      image.getRGB(0, y, width, 1, row, 0, width);
      for (int x = 0; x < width; x++) {
        put(row[x], values, (y * width + x) * channels, channels);
      }
    }
    return new Picture(height, width, channels, values);
  }

  private static void put(int argb, float[] values, int at, int channels) {
    float opaque = (argb >>> 24) / 255f;
    float gray = 0;
    for (int c = 0; c < 3; c++) {
      float value = (argb >>> (16 - 8 * c) & 0xff) * opaque + 255 * (1 - opaque);
      gray += LUMA[c] * value;
      if (channels == 3) {
        values[at + c] = value;
      }
    }
    if (channels == 1) {
      values[at] = gray;
    }
  }

  float at(int y, int x, int channel) {
    return values[(y * width + x) * channels + channel];
  }

  /** With light and dark exchanged. */
  Picture inverted() {
    float[] turned = new float[values.length];
    for (int i = 0; i < turned.length; i++) {
      turned[i] = 255 - values[i];
    }
    return new Picture(height, width, channels, turned);
  }

  /** These rows and columns. */
  Picture part(int top, int left, int rows, int columns) {
    float[] kept = new float[rows * columns * channels];
    for (int y = 0; y < rows; y++) {
      int from = ((top + y) * width + left) * channels;
      System.arraycopy(values, from, kept, y * columns * channels, columns * channels);
    }
    return new Picture(rows, columns, channels, kept);
  }

  /**
   * In another size: each pixel the mean of what it covers, weighted bilinearly. Enlarged, that is
   * plain bilinear interpolation; made smaller, the weights widen, so that no line gets lost.
   */
  Picture resized(int newHeight, int newWidth) {
    return newHeight == height && newWidth == width
        ? this
        : resizedRows(newHeight).transposed().resizedRows(newWidth).transposed();
  }

  private Picture resizedRows(int rows) {
    float[] sums = new float[rows * width * channels];
    float scale = (float) height / rows;
    float reach = Math.max(1, scale);
    int line = width * channels;
    for (int y = 0; y < rows; y++) {
      float middle = (y + 0.5f) * scale - 0.5f;
      int from = (int) Math.ceil(middle - reach);
      int to = (int) Math.floor(middle + reach);
      float all = 0;
      for (int k = from; k <= to; k++) {
        float weight = 1 - Math.abs(k - middle) / reach;
        all += weight;
        int source = Math.clamp(k, 0, height - 1) * line; // the border goes on outside
        for (int i = 0; i < line; i++) {
          sums[y * line + i] += weight * values[source + i];
        }
      }
      for (int i = 0; i < line; i++) {
        sums[y * line + i] /= all;
      }
    }
    return new Picture(rows, width, channels, sums);
  }

  private Picture transposed() {
    float[] turned = new float[values.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int to = (x * height + y) * channels;
        System.arraycopy(values, (y * width + x) * channels, turned, to, channels);
      }
    }
    return new Picture(width, height, channels, turned);
  }

  /** On black, with its top left corner at a place; what would lie outside is left out. */
  Picture placed(int onHeight, int onWidth, int top, int left) {
    float[] page = new float[onHeight * onWidth * channels];
    for (int y = Math.max(0, -top); y < Math.min(height, onHeight - top); y++) {
      for (int x = Math.max(0, -left); x < Math.min(width, onWidth - left); x++) {
        int to = ((top + y) * onWidth + left + x) * channels;
        System.arraycopy(values, (y * width + x) * channels, page, to, channels);
      }
    }
    return new Picture(onHeight, onWidth, channels, page);
  }

  /** As bytes of a data set, rounded. */
  byte[] bytes() {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Math.clamp(Math.round(values[i]), 0, 255);
    }
    return bytes;
  }

  /** As a network's input. */
  Picture resized(Shape input) {
    return resized(input.height(), input.width());
  }

  @Override
  public String toString() {
    return "%d x %d x %d: %s".formatted(height, width, channels, Arrays.toString(values));
  }
}
