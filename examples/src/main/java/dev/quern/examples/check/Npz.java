package dev.quern.examples.check;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Named NumPy arrays in a zip file, stored or deflated, all read into memory at once. */
final class Npz {
  /** Far beyond any case, and far below what would exhaust a small machine. */
  private static final int MOST_BYTES = 1 << 28;

  private static final String SUFFIX = ".npy";

  private final String name;
  private final Map<String, Tensor> arrays = new LinkedHashMap<>();

  private Npz(String name) {
    this.name = name;
  }

  /**
   * Reads a file.
   *
   * @throws CheckException if it is missing, no zip file, damaged, or an entry is no array
   */
  static Npz read(Path file) {
    Npz npz = new Npz(file.toString());
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        npz.add(zip, entry);
      }
    } catch (IOException | IllegalArgumentException e) { // the latter: a name in no known encoding
      throw new CheckException(file + " cannot be read as a zip file: " + e.getMessage(), e);
    }
    return npz;
  }

  private void add(ZipFile zip, ZipEntry entry) throws IOException {
    String where = name + "!" + entry.getName();
    if (!entry.getName().endsWith(SUFFIX)) {
      throw new CheckException(where + ": the entries of an .npz file must be .npy files");
    }
    byte[] bytes;
    try (InputStream in = zip.getInputStream(entry)) {
      bytes = in.readNBytes(MOST_BYTES);
    }
    // ZipFile itself does not look at the checksum.
    CRC32 sum = new CRC32();
    sum.update(bytes);
    if (sum.getValue() != entry.getCrc()) {
      throw new CheckException(
          where + ": the checksum does not match; the file is damaged or larger than 256 MiB");
    }
    String array = entry.getName().substring(0, entry.getName().length() - SUFFIX.length());
    arrays.put(array, Npy.read(where, bytes));
  }

  boolean has(String array) {
    return arrays.containsKey(array);
  }

  /**
   * The array of this name.
   *
   * @throws CheckException if there is none
   */
  Tensor get(String array) {
    Tensor tensor = arrays.get(array);
    if (tensor == null) {
      throw new CheckException(name + " has no array '" + array + "'; it has " + arrays.keySet());
    }
    return tensor;
  }
}
