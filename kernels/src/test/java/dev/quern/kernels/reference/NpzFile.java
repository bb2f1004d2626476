package dev.quern.kernels.reference;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Named arrays from a zip of {@code .npy} files, version 1.0, C order, little-endian. Source: NumPy
 * manual, "numpy.lib.format".
 */
final class NpzFile {
  private static final int HEADER_LENGTH_AT = 8;
  private static final int HEADER_AT = 10;
  private static final Pattern DESCR = Pattern.compile("'descr': '(<[fi][48])'");
  private static final Pattern SHAPE = Pattern.compile("'shape': \\(([^)]*)\\)");

  /** One array: its values, widened, and its extents. */
  record Array(double[] values, int[] shape) {
    /** The values as whole numbers. */
    int[] ints() {
      return Arrays.stream(values).mapToInt(v -> (int) v).toArray();
    }

    /** Row {@code i} of a matrix. */
    double[] row(int i) {
      return Arrays.copyOfRange(values, i * shape[1], (i + 1) * shape[1]);
    }
  }

  private final Map<String, Array> arrays = new HashMap<>();

  NpzFile(Path file) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        byte[] bytes = zip.getInputStream(entry).readAllBytes();
        arrays.put(entry.getName().replace(".npy", ""), parse(bytes));
      }
    }
  }

  /** The array of this name. */
  Array get(String name) {
    Array array = arrays.get(name);
    if (array == null) {
      throw new IllegalArgumentException("no array " + name + " among " + arrays.keySet());
    }
    return array;
  }

  boolean has(String name) {
    return arrays.containsKey(name);
  }

  double[] values(String name) {
    return get(name).values();
  }

  private static Array parse(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int headerLength = buffer.getShort(HEADER_LENGTH_AT);
    String header = new String(bytes, HEADER_AT, headerLength, StandardCharsets.US_ASCII);
    String type = first(DESCR, header);
    int[] shape =
        Pattern.compile("\\d+")
            .matcher(first(SHAPE, header))
            .results()
            .mapToInt(m -> Integer.parseInt(m.group()))
            .toArray();
    double[] values = new double[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    buffer.position(HEADER_AT + headerLength);
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (type) {
            case "<f4" -> buffer.getFloat();
            case "<f8" -> buffer.getDouble();
            case "<i4" -> buffer.getInt();
            case "<i8" -> buffer.getLong();
            default -> throw new IllegalArgumentException("array of type " + type);
          };
    }
    return new Array(values, shape);
  }

  private static String first(Pattern pattern, String header) {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw new IllegalArgumentException("header without " + pattern + ": " + header);
    }
    return matcher.group(1);
  }
}
