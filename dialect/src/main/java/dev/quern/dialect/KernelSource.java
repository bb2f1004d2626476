package dev.quern.dialect;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The kernels of one op in source, ready for a compiler. */
public final class KernelSource {
  private static final String DIALECT = "dialect.h";

  private KernelSource() {}

  /**
   * The dialect's macros, then files one after the other. Errors of the compiler name the file and
   * its line.
   *
   * @param files names without folder, for example {@code relu.cl}
   */
  public static String of(String... files) {
    StringBuilder text = new StringBuilder(read(DIALECT));
    for (String file : files) {
      text.append("\n#line 1 \"").append(file).append("\"\n").append(read(file));
    }
    return text.toString();
  }

  private static String read(String file) {
    try (InputStream stream = KernelSource.class.getResourceAsStream("source/" + file)) {
      if (stream == null) {
        throw new IllegalArgumentException("there is no kernel source " + file);
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("kernel source " + file + " cannot be read", e);
    }
  }
}
