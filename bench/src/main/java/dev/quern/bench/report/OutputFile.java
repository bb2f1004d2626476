package dev.quern.bench.report;

import dev.quern.train.data.DataException;
import dev.quern.train.data.FileErrors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.jr.ob.JSON;

/** A file that is replaced whole: who reads it never sees half of one. */
public final class OutputFile {
  /** What is not known is null, and not left out: readers may count on every name. */
  private static final JSON FORMAT =
      JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT, JSON.Feature.WRITE_NULL_PROPERTIES);

  private final String option;
  private final Path path;

  /**
   * A file, which need not exist.
   *
   * @param option what it was named with on the command line, for sentences
   * @param path where it is
   */
  public OutputFile(String option, Path path) {
    this.option = option;
    this.path = path;
  }

  /**
   * Finds out before the work, not after it, that the file cannot be written.
   *
   * @throws DataException if so, and why
   */
  public void requireWritable() {
    if (!canWrite()) {
      throw new DataException(
          option
              + " "
              + path
              + " cannot be written: it must be a file in a folder that exists and may be written"
              + " to");
    }
  }

  private boolean canWrite() {
    if (!isReplaceable()) {
      return !Files.isDirectory(path) && Files.isWritable(path);
    }
    Path parent = path.toAbsolutePath().getParent();
    return parent != null && Files.isDirectory(parent) && Files.isWritable(parent);
  }

  /** Whether it may be written again and again: not a pipe, nor a terminal. */
  public boolean isReplaceable() {
    return !Files.exists(path) || Files.isRegularFile(path);
  }

  /**
   * Writes an object as JSON.
   *
   * @throws DataException if that fails; an old file is then still there
   */
  public void write(Map<String, @Nullable Object> object) {
    write(FORMAT.asString(object) + "\n");
  }

  /**
   * Writes a text.
   *
   * @throws DataException if that fails; an old file is then still there
   */
  public void write(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      if (isReplaceable()) {
        replace(Files.isSymbolicLink(path) ? path.toRealPath() : path.toAbsolutePath(), bytes);
      } else {
        Files.write(path, bytes);
      }
    } catch (IOException e) {
      throw new DataException(path + " cannot be written: " + FileErrors.sentence(e), e);
    }
  }

  private static void replace(Path file, byte[] bytes) throws IOException {
    Path temporary =
        file.resolveSibling(
            "." + file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
    try {
      Files.write(temporary, bytes);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
