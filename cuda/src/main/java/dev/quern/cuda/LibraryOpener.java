package dev.quern.cuda;

import dev.quern.core.BackendUnavailableException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Opens libraries by their absolute path. Whatever asks for a library of the same name afterwards
 * (JCuda's natives, cuDNN for cuBLASLt, NVRTC for its built-in functions) gets the one that is
 * open, so the process needs no LD_LIBRARY_PATH.
 */
final class LibraryOpener {
  /**
   * An open library.
   *
   * @param file where it lies; a bare name if the loader found it and does not say where
   */
  record Opened(Path file, SymbolLookup symbols) {}

  private final boolean ofThisMachine;
  private final Arena lifetime;

  /**
   * Opens libraries.
   *
   * @param ofThisMachine whether the loader may be asked for libraries by name
   * @param lifetime how long they stay open
   */
  LibraryOpener(boolean ofThisMachine, Arena lifetime) {
    this.ofThisMachine = ofThisMachine;
    this.lifetime = lifetime;
  }

  /**
   * Opens the first of some files that can be opened.
   *
   * @param files at least one
   * @throws BackendUnavailableException if none can be opened, with the reason for each
   */
  Opened openFirst(List<Path> files) {
    List<String> problems = new ArrayList<>();
    for (Path file : files) {
      try {
        return open(file);
      } catch (BackendUnavailableException e) {
        problems.add(e.getMessage());
      }
    }
    throw new BackendUnavailableException(String.join("; ", problems) + ": install it again", null);
  }

  /**
   * Opens a file.
   *
   * @throws BackendUnavailableException if it cannot be opened, naming file and reason
   */
  @SuppressWarnings("restricted") // opening libraries is what this is for
  Opened open(Path file) {
    String problem = ElfFile.problem(file);
    if (problem != null) {
      throw new BackendUnavailableException(file + " " + problem, null);
    }
    String name = file.toAbsolutePath().toString();
    try {
      // Not as a Path: that would resolve links, and with them where the library looks for others.
      return new Opened(file, SymbolLookup.libraryLookup(name, lifetime));
    } catch (IllegalArgumentException e) {
      throw new BackendUnavailableException("the loader cannot open " + explain(name), e);
    }
  }

  /** The loader's own words, which only System.load passes on, as it fails in its turn. */
  @SuppressWarnings("restricted")
  private static String explain(String name) {
    try {
      System.load(name);
      return name;
    } catch (UnsatisfiedLinkError e) {
      return String.valueOf(e.getMessage());
    }
  }

  /**
   * Asks the loader for a library by name, as other programs do.
   *
   * @return null if it has none
   */
  @SuppressWarnings("restricted")
  @Nullable Opened openByName(String name) {
    if (!ofThisMachine) {
      return null;
    }
    try {
      SymbolLookup symbols = SymbolLookup.libraryLookup(name, lifetime);
      return new Opened(mapped(name), symbols);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Where an open library of that name lies; its file may have a longer version. */
  private static Path mapped(String name) {
    String stem = "/" + name.substring(0, name.indexOf(".so") + ".so".length());
    try (Stream<String> lines =
        Files.lines(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1)) {
      return lines
          .filter(line -> line.contains(stem))
          .map(line -> Path.of(line.substring(line.indexOf('/'))))
          .findFirst()
          .orElse(Path.of(name));
    } catch (IOException e) {
      return Path.of(name);
    }
  }
}
