package dev.quern.train.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file that is replaced whole: a temporary file beside it is written, forced to the disk and
 * renamed. Whenever the process or the machine ends, the old file is there or the new one.
 */
public final class WholeFile {
  private static final String ENDING = ".tmp";

  /** Longer than a writer takes from creating its temporary file to locking it. */
  private static final long SURELY_LOCKED_MILLIS = 2_000;

  private WholeFile() {}

  /** What a file is to hold. */
  interface Content {
    /** Writes it from the beginning. */
    void writeTo(FileChannel channel) throws IOException;
  }

  /** Writes a text in UTF-8; if that fails, an old file is still there, and nothing beside it. */
  public static void write(Path file, String text) throws IOException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
    write(file, channel -> writeAll(channel, bytes));
  }

  /** Writes a file; if that fails, an old one is still there and nothing is left beside it. */
  static void write(Path file, Content content) throws IOException {
    // A link stays, and the file that it points to is replaced.
    Path target = Files.isSymbolicLink(file) ? file.toRealPath() : file.toAbsolutePath();
    Path folder = target.resolveSibling("").toAbsolutePath();
    String prefix = "." + target.getFileName() + ".";
    // In the same folder, as a rename is atomic only within a file system. Two processes that
    // save at once must not share it.
    Path temporary =
        target.resolveSibling(
            "%s%d.%x%s"
                .formatted(prefix, ProcessHandle.current().pid(), System.nanoTime(), ENDING));
    try {
      removeAbandoned(folder, prefix);
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        try (FileLock _ = lock(channel)) {
          content.writeTo(channel);
          channel.force(true);
          Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        }
      }
      forceFolder(folder);
    } catch (IOException | RuntimeException | Error e) {
      discard(temporary, e);
      throw e;
    }
  }

  /** Null where the file system has no locks; it then keeps what killed processes leave. */
  private static @Nullable FileLock lock(FileChannel channel) {
    try {
      return channel.tryLock();
    } catch (IOException e) {
      return null;
    }
  }

  /** Otherwise the rename may be lost with the machine's power, though not the file. */
  private static void forceFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (AccessDeniedException e) {
      // Windows opens no folders, and keeps renames by itself.
    }
  }

  /**
   * Deletes what processes that were killed have left behind: their locks died with them. A process
   * id would not tell: in a container each process may have the same.
   */
  private static void removeAbandoned(Path folder, String prefix) throws IOException {
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(folder, path -> isTemporary(path, prefix))) {
      for (Path path : found) {
        removeIfAbandoned(path);
      }
    }
  }

  private static boolean isTemporary(Path path, String prefix) {
    String name = path.getFileName().toString();
    return name.startsWith(prefix)
        && name.endsWith(ENDING)
        && name.substring(prefix.length()).matches("\\d+\\.[0-9a-f]+\\" + ENDING);
  }

  private static void removeIfAbandoned(Path path) {
    try {
      long age = System.currentTimeMillis() - Files.getLastModifiedTime(path).toMillis();
      if (age < SURELY_LOCKED_MILLIS) {
        return;
      }
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE);
          FileLock lock = channel.tryLock()) {
        if (lock != null) {
          Files.deleteIfExists(path);
        }
      }
    } catch (OverlappingFileLockException | IOException e) {
      // Another thread is writing it, another process was faster, or it is another user's: none of
      // that keeps this file from being written.
    }
  }

  private static void discard(Path temporary, Throwable e) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException suppressed) {
      e.addSuppressed(suppressed);
    }
  }

  static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
