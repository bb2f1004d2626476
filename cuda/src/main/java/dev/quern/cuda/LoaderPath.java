package dev.quern.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The folders in which the dynamic loader looks for libraries, read from its configuration: {@code
 * /etc/ld.so.conf} with what it includes, then the built-in ones (ld.so(8), ldconfig(8)). Unlike a
 * question to the loader itself, this loads nothing and names every folder.
 */
final class LoaderPath {
  private static final int MOST_INCLUDES = 100; // files that include each other end somewhere

  private static final List<String> BUILT_IN =
      List.of(
          "/lib/x86_64-linux-gnu",
          "/usr/lib/x86_64-linux-gnu",
          "/lib64",
          "/usr/lib64",
          "/lib",
          "/usr/lib",
          "/run/opengl-driver/lib"); // NixOS has its drivers there, and no ld.so.conf

  private final Path root;
  private final Set<Path> folders = new LinkedHashSet<>();
  private int includes;

  LoaderPath(Path root) {
    this.root = root;
    read(root.resolve("etc/ld.so.conf"));
    BUILT_IN.forEach(folder -> folders.add(LibrarySearch.inRoot(root, folder)));
  }

  /** In the order in which the loader looks; not all of them need exist. */
  List<Path> folders() {
    return new ArrayList<>(folders);
  }

  private void read(Path file) {
    if (!Files.isRegularFile(file) || ++includes > MOST_INCLUDES) {
      return;
    }
    try {
      for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
        String text = line.replaceFirst("#.*", "").strip();
        if (text.startsWith("include")) {
          include(file, text.substring("include".length()).strip());
        } else if (text.startsWith("/")) {
          folders.add(LibrarySearch.inRoot(root, text));
        }
      }
    } catch (IOException e) {
      // unreadable for us, as it may be for the loader's own cache
    }
  }

  /** A pattern in the last part of its path, as in {@code ld.so.conf.d/*.conf}. */
  private void include(Path from, String pattern) {
    int slash = pattern.lastIndexOf('/');
    Path folder =
        pattern.startsWith("/")
            ? LibrarySearch.inRoot(root, pattern.substring(0, slash + 1))
            : from.resolveSibling(pattern.substring(0, slash + 1));
    var matcher = folder.getFileSystem().getPathMatcher("glob:" + pattern.substring(slash + 1));
    for (Path file : LibrarySearch.entries(folder, "")) {
      if (matcher.matches(file.getFileName())) {
        read(file);
      }
    }
  }
}
