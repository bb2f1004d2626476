package dev.quern.cuda;

import dev.quern.core.BackendUnavailableException;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * cuDNN with cuBLAS, cuBLASLt and NVRTC of the CUDA version that it was built for. Where there are
 * several cuDNNs, the first that has such company, and a driver that is new enough, is taken.
 *
 * <p>cuDNN itself is opened last, when it is known to be the one: parts of it stay in the process
 * when it is closed, and would be mixed with those of another. What it was built for is read from
 * its largest part, which names the cuBLASLt that it opens; a cuDNN that does not say so is asked,
 * and no other is tried after it.
 */
final class LibrarySet {
  /** What the front of cuDNN opens by name; if that fails, it ends the process. */
  private static final Pattern PARTS = Pattern.compile("libcudnn_(graph|ops|cnn)\\.so");

  private static final Pattern BLAS_LT = Pattern.compile("libcublasLt\\.so\\.(\\d{1,3})\0");
  private static final String LARGEST_PART = "libcudnn_engines_precompiled.so.";

  private final LibrarySearch search;
  private final LibraryOpener opener;
  private final int driverVersion;
  private final Map<CudaLibrary, LibraryOpener.Opened> opened = new EnumMap<>(CudaLibrary.class);
  private final Map<CudaLibrary, String> versions = new EnumMap<>(CudaLibrary.class);
  private int major;

  /**
   * A set that is still empty.
   *
   * @param driverVersion the newest CUDA that the driver supports, 1000 * major + 10 * minor
   */
  LibrarySet(LibrarySearch search, LibraryOpener opener, int driverVersion) {
    this.search = search;
    this.opener = opener;
    this.driverVersion = driverVersion;
  }

  /**
   * Chooses and opens.
   *
   * @throws BackendUnavailableException if there is no complete set, saying what is missing
   */
  void open() {
    List<Path> files = search.find(CudaLibrary.CUDNN.fileName(CudaLibrary.CUDNN_VERSION));
    if (files.isEmpty()) {
      throw missingCudnn();
    }
    List<String> problems = new ArrayList<>();
    for (Path file : files) {
      try {
        openWith(file);
        return;
      } catch (BackendUnavailableException e) {
        problems.add(e.getMessage());
        if (opened.containsKey(CudaLibrary.CUDNN)) {
          break;
        }
      }
    }
    throw new BackendUnavailableException(String.join("; ", problems), null);
  }

  /** The CUDA version of the set: 12 or 13. */
  int major() {
    return major;
  }

  /** What is open, also when the set did not become complete. */
  Map<CudaLibrary, LibraryOpener.Opened> opened() {
    return opened;
  }

  /** The functions of an open library. */
  SymbolLookup symbols(CudaLibrary library) {
    LibraryOpener.Opened found = opened.get(library);
    if (found == null) {
      throw new IllegalStateException(library.title() + " is not open");
    }
    return found.symbols();
  }

  /** What the open libraries say of themselves. */
  Map<CudaLibrary, String> versions() {
    return versions;
  }

  private BackendUnavailableException missingCudnn() {
    int cuda =
        driverVersion / 1000 >= CudaLibrary.NEWEST_CUDA
            ? CudaLibrary.NEWEST_CUDA
            : CudaLibrary.OLDEST_CUDA;
    List<Path> older = search.find(CudaLibrary.CUDNN.fileName(CudaLibrary.CUDNN_VERSION - 1));
    return new BackendUnavailableException(
        "cuDNN "
            + CudaLibrary.CUDNN_VERSION
            + " ("
            + CudaLibrary.CUDNN.fileName(CudaLibrary.CUDNN_VERSION)
            + ") is in none of the "
            + search.places().size()
            + " folders that were looked into"
            + (older.isEmpty() ? "" : ", cuDNN 8 is, but is too old (" + older.get(0) + ")")
            + ": "
            + CudaLibrary.CUDNN.howToInstall(cuda),
        null);
  }

  private void openWith(Path cudnn) {
    opened.clear();
    versions.clear();
    requireWhole(cudnn);
    int cuda = cudaOf(cudnn);
    if (cuda == 0) {
      cuda = openCudnn(cudnn);
    }
    requireUsable(cudnn, cuda);
    openOthers(cudnn, cuda);
    if (!opened.containsKey(CudaLibrary.CUDNN)) {
      int asked = openCudnn(cudnn);
      if (asked != cuda) {
        throw new BackendUnavailableException(
            "%s is for CUDA %d, although a part of it asks for that of CUDA %d: install it again"
                .formatted(cudnn, asked, cuda),
            null);
      }
    }
    major = cuda;
  }

  private static void requireWhole(Path cudnn) {
    String problem = ElfFile.problem(cudnn);
    Matcher part = problem == null ? ElfFile.findText(cudnn, PARTS) : null;
    boolean more = part != null;
    while (part != null && more && problem == null) {
      problem = problemOfPart(cudnn, part.group());
      more = part.find();
    }
    if (problem != null) {
      throw new BackendUnavailableException(cudnn + " " + problem + ": install cuDNN again", null);
    }
  }

  private static @Nullable String problemOfPart(Path cudnn, String name) {
    List<Path> files = LibrarySearch.entries(folderOf(cudnn), name);
    if (files.isEmpty()) {
      return "is incomplete, without " + name + " beside it";
    }
    String problem = ElfFile.problem(files.get(0));
    return problem == null ? null : "is incomplete, since " + files.get(0) + " " + problem;
  }

  /** The CUDA version that a cuDNN was built for, as far as its files tell; 0 if they do not. */
  static int cudaOf(Path cudnn) {
    for (Path part : LibrarySearch.entries(folderOf(cudnn), LARGEST_PART)) {
      Matcher match = ElfFile.findText(part, BLAS_LT);
      if (match != null) {
        return Integer.parseInt(match.group(1));
      }
    }
    return 0;
  }

  private void requireUsable(Path cudnn, int cuda) {
    if (cuda < CudaLibrary.OLDEST_CUDA || cuda > CudaLibrary.NEWEST_CUDA) {
      throw new BackendUnavailableException(
          "%s is for CUDA %d, but one for CUDA %d or %d is needed: %s"
              .formatted(
                  cudnn,
                  cuda,
                  CudaLibrary.OLDEST_CUDA,
                  CudaLibrary.NEWEST_CUDA,
                  CudaLibrary.CUDNN.howToInstall(CudaLibrary.OLDEST_CUDA)),
          null);
    }
    if (cuda > driverVersion / 1000) {
      throw new BackendUnavailableException(
          ("%s is for CUDA %d, but the driver supports CUDA %s at most: update the driver (CUDA 12"
                  + " needs 525 or newer, CUDA 13 needs 580), or install cuDNN for an older CUDA")
              .formatted(cudnn, cuda, Versions.ofCuda(driverVersion)),
          null);
    }
  }

  /** In the order in which they need each other. */
  private void openOthers(Path cudnn, int cuda) {
    Path folder =
        search.find(CudaLibrary.CUBLAS.fileName(cuda)).stream()
            .filter(file -> ElfFile.problem(file) == null)
            .findFirst()
            .map(LibrarySet::folderOf)
            .orElse(null);
    openOne(
        CudaLibrary.CUBLAS_LT, cuda, folder, cudnn); // cuBLAS is served by its own release alone
    openOne(CudaLibrary.CUBLAS, cuda, folder, cudnn);
    openOne(CudaLibrary.NVRTC, cuda, null, cudnn);
  }

  private void openOne(CudaLibrary library, int cuda, @Nullable Path preferred, Path cudnn) {
    List<Path> files = new ArrayList<>(search.find(library.fileName(cuda)));
    files.sort(Comparator.comparing(file -> !folderOf(file).equals(preferred)));
    if (files.isEmpty()) {
      throw missing(library, cuda, cudnn);
    }
    LibraryOpener.Opened found = opener.openFirst(files);
    if (library == CudaLibrary.NVRTC) {
      openBuiltIns(found.file(), cuda);
    }
    opened.put(library, found);
    versions.put(library, LibraryVersions.of(library, found.symbols()));
  }

  /** NVRTC opens them by name when it compiles, and they may lie where no loader looks. */
  private void openBuiltIns(Path nvrtc, int cuda) {
    for (Path file : LibrarySearch.entries(folderOf(nvrtc), "libnvrtc-builtins.so." + cuda + ".")) {
      if (ElfFile.problem(file) == null) {
        opener.open(file);
      }
    }
  }

  private BackendUnavailableException missing(CudaLibrary library, int cuda, Path cudnn) {
    int other = cuda == CudaLibrary.OLDEST_CUDA ? CudaLibrary.NEWEST_CUDA : CudaLibrary.OLDEST_CUDA;
    List<Path> others = search.find(library.fileName(other));
    return new BackendUnavailableException(
        "%s is for CUDA %d, but %s of that version (%s) is in none of the %d folders that were looked into%s: %s"
            .formatted(
                cudnn,
                cuda,
                library.title(),
                library.fileName(cuda),
                search.places().size(),
                others.isEmpty() ? "" : ", only " + others.get(0),
                library.howToInstall(cuda)),
        null);
  }

  /** Opens cuDNN and returns the CUDA version that it was built for. */
  private int openCudnn(Path file) {
    LibraryOpener.Opened cudnn = opener.open(file);
    opened.put(CudaLibrary.CUDNN, cudnn);
    long cuda = LibraryVersions.cudaOfCudnn(cudnn.symbols());
    versions.put(
        CudaLibrary.CUDNN,
        LibraryVersions.of(CudaLibrary.CUDNN, cudnn.symbols())
            + " for CUDA "
            + Versions.ofCuda(cuda));
    return (int) (cuda / 1000);
  }

  static Path folderOf(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    return folder == null ? file : folder;
  }
}
