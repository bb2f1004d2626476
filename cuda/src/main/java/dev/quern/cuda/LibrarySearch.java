package dev.quern.cuda;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where NVIDIA's libraries may lie: a list of folders, most specific first. Reads the file system
 * and opens nothing, so that it can be tested on folders that only look like a machine.
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

  /**
   * A search of a machine.
   *
   * @param property the value of {@link #PROPERTY}
   * @param environment variables of the process
   * @param root the root of the file system; absolute paths in variables are taken below it
   */
  LibrarySearch(@Nullable String property, Map<String, String> environment, Path root) {
    throw new UnsupportedOperationException();
  }

  /** The search of this process. */
  static LibrarySearch ofThisProcess() {
    throw new UnsupportedOperationException();
  }

  /** The folders that exist, in the order in which they are looked into. */
  List<Place> places() {
    throw new UnsupportedOperationException();
  }

  /** Files of that name, in the order of {@link #places}. */
  List<Path> find(String fileName) {
    throw new UnsupportedOperationException();
  }
}
