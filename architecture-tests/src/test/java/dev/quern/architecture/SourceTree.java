package dev.quern.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The modules of this build as they lie on disk. Read from there and not from the class path, so
 * that a new module is under the rules without a line here.
 */
final class SourceTree {
  private SourceTree() {}

  /** A module that ships classes, by its folder; {@code dev.quern.} + name is its root package. */
  record Module(Path folder, String name) {
    Path classes() {
      return folder.resolve("target/classes");
    }

    String rootPackage() {
      return "dev.quern." + name;
    }

    List<Path> sources() {
      return files(folder.resolve("src/main/java"), ".java");
    }

    List<Path> classFiles() {
      return files(classes(), ".class");
    }
  }

  /** Every module with main classes. A module that is still empty has nothing to break a rule. */
  static List<Module> modules() {
    Path root = Path.of("").toAbsolutePath().getParent();
    try (Stream<Path> folders = Files.list(root)) {
      return folders
          .filter(folder -> Files.exists(folder.resolve("pom.xml")))
          .map(folder -> new Module(folder, moduleName(folder)))
          .filter(module -> module.sources().stream().anyMatch(SourceTree::isClass))
          .sorted((a, b) -> a.name().compareTo(b.name()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isClass(Path source) {
    return !source.endsWith("package-info.java");
  }

  private static String moduleName(Path folder) {
    String name = folder.getFileName().toString();
    return name.equals("cpu-fallback") ? "cpu" : name;
  }

  private static List<Path> files(Path folder, String ending) {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
