package dev.quern.examples;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** The file system's errors in words: its own messages are often no more than a path. */
final class FileErrors {
  private FileErrors() {}

  static String sentence(IOException e) {
    if (e instanceof NoSuchFileException missing) {
      return "there is no file or folder " + missing.getFile();
    }
    if (e instanceof AccessDeniedException denied) {
      return "no permission for " + denied.getFile();
    }
    if (e instanceof FileSystemException other && other.getReason() != null) {
      return other.getFile() + ": " + other.getReason();
    }
    return String.valueOf(e.getMessage());
  }
}
