package dev.quern.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The Python installations of a machine, each by the folder that holds its {@code bin} and {@code
 * lib}: the active environment, whatever {@code python3} a shell would run, with the installation
 * behind it, the user's own packages and the system's.
 */
final class PythonRoots {
  private final Map<String, String> environment;
  private final Path root;
  private final Set<Path> found = new LinkedHashSet<>();

  PythonRoots(Map<String, String> environment, Path root) {
    this.environment = environment;
    this.root = root;
    for (String variable : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
      addFolder(environment.getOrDefault(variable, ""));
    }
    for (String folder : environment.getOrDefault("PATH", "").split(":")) {
      if (!folder.isEmpty()) {
        addInterpreter(LibrarySearch.inRoot(root, folder).resolve("python3"));
      }
    }
    String home = environment.getOrDefault("HOME", "");
    addFolder(home.isEmpty() ? "" : home + "/.local");
    addFolder("/usr/local");
    addFolder("/usr");
  }

  /** In the order in which they are to be looked into. */
  List<Path> all() {
    return new ArrayList<>(found);
  }

  private void addFolder(String folder) {
    if (!folder.isEmpty()) {
      found.add(LibrarySearch.inRoot(root, folder));
    }
  }

  private void addInterpreter(Path python) {
    if (!Files.isRegularFile(python)) {
      return;
    }
    addAbove(python); // an environment: its python3 is a link out of it, its packages are not
    try {
      addAbove(python.toRealPath());
    } catch (IOException e) {
      // it has just been there
    }
    if (python.getParent() != null && python.getParent().endsWith("shims")) {
      addVersions(python);
    }
  }

  private void addAbove(Path python) {
    Path bin = python.getParent();
    if (bin != null && bin.getParent() != null) {
      found.add(bin.getParent());
    }
  }

  /** pyenv, whose python3 is a script that picks a version; which one is for pyenv to know. */
  private void addVersions(Path shim) {
    String chosen = environment.getOrDefault("PYENV_VERSION", "");
    Path versions = shim.resolve("../../versions").normalize();
    if (!chosen.isEmpty()) {
      found.add(versions.resolve(chosen));
    }
    List<Path> all = new ArrayList<>(LibrarySearch.entries(versions, ""));
    all.sort((a, b) -> Versions.compare(b.toString(), a.toString()));
    found.addAll(all);
  }
}
