package dev.quern.cuda;

import dev.quern.core.BackendUnavailableException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jcuda.driver.CUresult;
import org.jspecify.annotations.Nullable;

/**
 * NVIDIA's libraries as they were found and opened in this process: one consistent set of driver,
 * cuDNN 9, cuBLAS, cuBLASLt and NVRTC, the last four for the same CUDA version.
 */
final class CudaLibraries {
  /** {@code foreign}: cuBLAS is reached without JCuda on CUDA 12, too. */
  static final String BLAS_PROPERTY = "quern.cuda.blas";

  private final LibrarySearch search;
  private final LibraryOpener opener;
  private LibraryOpener.@Nullable Opened driverLibrary;
  private int driverVersion;
  private @Nullable DriverCalls driver;
  private @Nullable LibrarySet set;
  private @Nullable Nvrtc nvrtc;
  private @Nullable BackendUnavailableException problem;
  private boolean jcuda;

  private CudaLibraries(LibrarySearch search, Arena lifetime) {
    this.search = search;
    this.opener = new LibraryOpener(search.isOfThisMachine(), lifetime);
  }

  /**
   * Looks for the libraries of this machine, opens them for the rest of the process and JCuda with
   * them. Never throws: what is wrong is what {@link #problem} says.
   */
  static CudaLibraries ofThisProcess() {
    CudaLibraries libraries = open(LibrarySearch.ofThisProcess(), Arena.global());
    if (libraries.problem == null) {
      try {
        JCudaNatives.load(libraries.major() == CudaLibrary.OLDEST_CUDA);
        libraries.jcuda = true;
      } catch (BackendUnavailableException e) {
        libraries.problem = e;
      }
    }
    return libraries;
  }

  /**
   * Looks for libraries and opens them, without JCuda, whose natives there can be only once in a
   * process. Never throws.
   *
   * @param lifetime how long they stay open
   */
  static CudaLibraries open(LibrarySearch search, Arena lifetime) {
    CudaLibraries libraries = new CudaLibraries(search, lifetime);
    try {
      LibraryOpener.Opened driver = libraries.openDriver();
      LibrarySet set = new LibrarySet(search, libraries.opener, libraries.driverVersion);
      libraries.set = set;
      set.open();
      libraries.driver = new DriverCalls(driver.symbols());
      libraries.nvrtc = new Nvrtc(set.symbols(CudaLibrary.NVRTC));
    } catch (BackendUnavailableException e) {
      libraries.problem = e;
    }
    return libraries;
  }

  /** From the folder that the user has named, else from the loader, else whatever there is. */
  private LibraryOpener.Opened openDriver() {
    String name = CudaLibrary.DRIVER.fileName(CudaLibrary.DRIVER_VERSION);
    LibraryOpener.Opened library =
        search.findNamed(name).isEmpty() ? opener.openByName(name) : null;
    if (library == null) {
      List<Path> files = search.find(name);
      if (files.isEmpty()) {
        throw new BackendUnavailableException(
            "no NVIDIA driver: "
                + name
                + " is in none of the "
                + search.places().size()
                + " folders that were looked into; install NVIDIA's driver (for CUDA 12 version 525"
                + " or newer, for CUDA 13 version 580), or start the container with --gpus all",
            null);
      }
      library = opener.openFirst(files);
    }
    driverLibrary = library;
    DriverStart start = new DriverStart(library.symbols());
    int status = start.init();
    driverVersion = start.version();
    if (status != DriverCalls.SUCCESS) {
      throw noDevice(library.file(), start.describe(status), status);
    }
    return library;
  }

  private static BackendUnavailableException noDevice(Path file, String text, int status) {
    return new BackendUnavailableException(
        "the NVIDIA driver ("
            + file
            + (status == CUresult.CUDA_ERROR_NO_DEVICE ? ") finds no device" : ") does not start")
            + ", cuInit gives "
            + text
            + ": see whether nvidia-smi lists a GPU, whether CUDA_VISIBLE_DEVICES hides it, and"
            + " whether the container was started with --gpus all",
        null);
  }

  /** Why CUDA cannot be used here, in one sentence that says what to do; null if it can. */
  @Nullable String problem() {
    return problem == null ? null : problem.getMessage();
  }

  /**
   * This, once it is known to be complete.
   *
   * @throws BackendUnavailableException with the sentence of {@link #problem}
   */
  CudaLibraries require() {
    if (problem != null) {
      throw new BackendUnavailableException(String.valueOf(problem.getMessage()), problem);
    }
    return this;
  }

  /** What was needed and found, a line a library, and where it was looked for; for doctor. */
  List<String> report() {
    List<String> lines = new ArrayList<>();
    for (CudaLibrary library : CudaLibrary.values()) {
      lines.add("%-9s %s".formatted(library.label(), describe(library)));
    }
    lines.add("%-9s %s".formatted("JCuda", jcuda ? "loaded" : "not loaded"));
    Map<String, List<String>> folders = new LinkedHashMap<>();
    for (LibrarySearch.Place place : search.places()) {
      folders
          .computeIfAbsent(place.origin(), origin -> new ArrayList<>())
          .add(place.folder().toString());
    }
    folders.forEach(
        (origin, names) ->
            lines.add("looked in " + String.join(", ", names) + " (" + origin + ")"));
    return lines;
  }

  private String describe(CudaLibrary library) {
    LibraryOpener.Opened opened = opened(library);
    if (opened != null) {
      String version = version(library);
      return "%s, %s; needed: %s".formatted(version, opened.file(), library.needed());
    }
    List<Path> files = new ArrayList<>();
    for (int version : library.versions()) {
      files.addAll(search.find(library.fileName(version)));
    }
    return (files.isEmpty() ? "not found" : "found, but not opened: " + files)
        + "; needed: "
        + library.needed();
  }

  private LibraryOpener.@Nullable Opened opened(CudaLibrary library) {
    return library == CudaLibrary.DRIVER
        ? driverLibrary
        : set == null ? null : set.opened().get(library);
  }

  private String version(CudaLibrary library) {
    if (library == CudaLibrary.DRIVER) {
      return "for CUDA " + Versions.ofCuda(driverVersion);
    }
    return set == null ? "?" : set.versions().getOrDefault(library, "?");
  }

  /**
   * For example {@code cuDNN 9.5.1 for CUDA 12.6, cuBLAS 12.6.4, NVRTC 12.6, driver for CUDA 12.8}.
   */
  String versions() {
    return "cuDNN %s, cuBLAS %s, NVRTC %s, driver %s"
        .formatted(
            version(CudaLibrary.CUDNN),
            version(CudaLibrary.CUBLAS),
            version(CudaLibrary.NVRTC),
            version(CudaLibrary.DRIVER));
  }

  /** The CUDA version that cuDNN, cuBLAS and NVRTC are for: 12 or 13. */
  int major() {
    return complete().major();
  }

  /** The driver's calls of the hot path. */
  DriverCalls driver() {
    require();
    if (driver == null) {
      throw new IllegalStateException("complete, but without a driver");
    }
    return driver;
  }

  /** The compiler. */
  Nvrtc nvrtc() {
    require();
    if (nvrtc == null) {
      throw new IllegalStateException("complete, but without NVRTC");
    }
    return nvrtc;
  }

  /** A handle of cuBLAS for one stream of the current context: JCuda's on CUDA 12, else ours. */
  Blas newBlas() {
    boolean ours = "foreign".equals(System.getProperty(BLAS_PROPERTY));
    return jcuda && !ours && major() == CudaLibrary.OLDEST_CUDA
        ? new JCublas()
        : new ForeignBlas(symbols(CudaLibrary.CUBLAS));
  }

  /**
   * A handle of cuBLASLt for the current context, to be shared by its streams.
   *
   * @param device the id of the device, for messages
   */
  BlasLt newBlasLt(String device) {
    return new BlasLt(device, symbols(CudaLibrary.CUBLAS_LT));
  }

  /** The functions of one of the libraries. */
  SymbolLookup symbols(CudaLibrary library) {
    return library == CudaLibrary.DRIVER && driverLibrary != null
        ? driverLibrary.symbols()
        : complete().symbols(library);
  }

  private LibrarySet complete() {
    require();
    if (set == null) {
      throw new IllegalStateException("complete, but without libraries");
    }
    return set;
  }
}
