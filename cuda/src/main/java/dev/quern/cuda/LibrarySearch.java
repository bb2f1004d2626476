package dev.quern.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where NVIDIA's libraries may lie: a list of folders, most specific first. Reads the file system
 * and opens nothing, so that it can be tested on folders that only look like a machine.
 *
 * <p>Toolkits put the libraries into {@code lib64} or {@code targets/x86_64-linux/lib}, Debian's
 * packages into {@code /usr/lib/x86_64-linux-gnu}, Python's wheels into {@code
 * site-packages/nvidia/*}{@code /lib} (cublas, cuda_nvrtc and cudnn; from CUDA 13 on cu13 and
 * cudnn), where no loader looks. Drivers are on the loader's path, in containers often in {@code
 * /usr/local/nvidia/lib64}.
 */
final class LibrarySearch {
  /** Folders, separated as in a path, that are looked into before all others. */
  static final String PROPERTY = "quern.cuda.libraries";

  /**
   * A folder that exists.
   *
   * @param folder the folder
   * @param origin why it is looked into, for example {@code CUDA_HOME}
   */
  record Place(Path folder, String origin) {}

  private final Map<String, String> environment;
  private final Path root;
  private final List<Place> places = new ArrayList<>();
  private final Set<Path> seen = new HashSet<>();

  /**
   * A search of a machine.
   *
   * @param property the value of {@link #PROPERTY}
   * @param environment variables of the process
   * @param root the root of the file system; absolute paths in variables are taken below it
   */
  LibrarySearch(@Nullable String property, Map<String, String> environment, Path root) {
    this.environment = environment;
    this.root = root;
    addList(property, PROPERTY);
    for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) {
      if (!value(variable).isEmpty()) {
        addToolkit(inRoot(value(variable)), variable);
      }
    }
    addList(value("LD_LIBRARY_PATH"), "LD_LIBRARY_PATH");
    for (Path folder : new LoaderPath(root).folders()) {
      add(folder, "the loader's path");
    }
    add(inRoot("/usr/local/nvidia/lib64"), "a container's driver");
    for (Path toolkit : toolkits()) {
      addToolkit(toolkit, "a toolkit");
    }
    for (Path python : new PythonRoots(environment, root).all()) {
      addWheels(python);
    }
  }

  /** The search of this process. */
  static LibrarySearch ofThisProcess() {
    return new LibrarySearch(System.getProperty(PROPERTY), System.getenv(), Path.of("/"));
  }

  /** The folders that exist, in the order in which they are looked into. */
  List<Place> places() {
    return Collections.unmodifiableList(places);
  }

  /** Files of that name, in the order of {@link #places}; one that has several names comes once. */
  List<Path> find(String fileName) {
    return find(fileName, places);
  }

  /** As {@link #find}, but only in folders that {@link #PROPERTY} names. */
  List<Path> findNamed(String fileName) {
    return find(fileName, places.stream().filter(p -> p.origin().equals(PROPERTY)).toList());
  }

  private static List<Path> find(String fileName, List<Place> places) {
    Set<Path> files = new HashSet<>();
    return places.stream()
        .map(place -> place.folder().resolve(fileName))
        .filter(Files::isRegularFile)
        .filter(file -> files.add(real(file)))
        .toList();
  }

  /** Whether the loader of this process sees the folders that are searched here. */
  boolean isOfThisMachine() {
    return root.equals(Path.of("/"));
  }

  private String value(String variable) {
    return environment.getOrDefault(variable, "");
  }

  private Path inRoot(String path) {
    return inRoot(root, path);
  }

  /**
   * A path of the machine that is searched; a relative one is relative to the working directory.
   */
  static Path inRoot(Path root, String path) {
    Path absolute = Path.of(path).toAbsolutePath();
    return root.resolve(absolute.getRoot().relativize(absolute)).normalize();
  }

  private void addList(@Nullable String folders, String origin) {
    for (String folder : folders == null ? new String[0] : folders.split(":")) {
      if (!folder.isEmpty()) {
        add(inRoot(folder), origin);
      }
    }
  }

  private void addToolkit(Path toolkit, String origin) {
    add(toolkit.resolve("lib64"), origin);
    add(toolkit.resolve("lib"), origin);
    add(toolkit.resolve("targets/x86_64-linux/lib"), origin);
  }

  /** What is chosen, as a link without a number, and then the newest first. */
  private List<Path> toolkits() {
    return entries(inRoot("/usr/local"), "cuda").stream()
        .sorted((a, b) -> Versions.compare(b.toString(), a.toString()))
        .sorted((a, b) -> Boolean.compare(b.endsWith("cuda"), a.endsWith("cuda")))
        .toList();
  }

  private void addWheels(Path python) {
    for (Path lib : entries(python.resolve("lib"), "python3")) {
      for (String packages : List.of("site-packages", "dist-packages")) {
        for (Path wheel : entries(lib.resolve(packages).resolve("nvidia"), "")) {
          add(wheel.resolve("lib"), "a Python wheel");
        }
      }
    }
  }

  private void add(Path folder, String origin) {
    if (Files.isDirectory(folder) && seen.add(real(folder))) {
      places.add(new Place(folder, origin));
    }
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path; // unreadable: then what it is called is all that is known
    }
  }

  /** What a folder holds under names that begin so, sorted; nothing if it cannot be read. */
  static List<Path> entries(Path folder, String beginning) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(path -> String.valueOf(path.getFileName()).startsWith(beginning))
          .sorted()
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
