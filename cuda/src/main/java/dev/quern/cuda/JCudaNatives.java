package dev.quern.cuda;

import dev.quern.core.BackendUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import jcuda.LogLevel;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcudnn.JCudnn;
import org.jspecify.annotations.Nullable;

/**
 * JCuda's own native libraries, which come in its jars and are unpacked where {@code
 * java.io.tmpdir} says, under fixed names; a file of such a name that is there already is loaded
 * instead. In a shared folder that is a race between processes, and an invitation to plant a
 * library. So that property points to a fresh folder of ours while they are loaded, and the folder
 * goes at once: what is mapped needs no name.
 *
 * <p>A class of JCuda that could not load its library stays unusable for ever, hence once a
 * process. Its natives print to stdout what they think worth knowing, and are told not to.
 */
final class JCudaNatives {
  private static final String TEMPORARY = "java.io.tmpdir";

  private static @Nullable String problem;
  private static boolean driverLoaded;
  private static boolean blasLoaded;

  private JCudaNatives() {}

  /**
   * Loads JCuda for driver and cuDNN, unless that has been done; the libraries that it is linked to
   * are open by then.
   *
   * @param withBlas whether cuBLAS of CUDA 12 is open, too, which JCublas is linked to
   * @throws BackendUnavailableException if it cannot be loaded
   */
  static synchronized void load(boolean withBlas) {
    if (problem == null && (!driverLoaded || (withBlas && !blasLoaded))) {
      try {
        fromPrivateFolder(withBlas);
      } catch (IOException e) {
        problem = "JCuda's natives cannot be unpacked where java.io.tmpdir says: " + e;
      } catch (LinkageError e) {
        problem = "JCuda's natives cannot be loaded: " + firstReason(e);
      }
    }
    if (problem != null) {
      throw new BackendUnavailableException(problem, null);
    }
  }

  private static void fromPrivateFolder(boolean withBlas) throws IOException {
    Path folder = Files.createTempDirectory("quern-jcuda"); // for this user alone
    String before = System.getProperty(TEMPORARY, "/tmp");
    System.setProperty(TEMPORARY, folder.toString());
    try {
      if (!driverLoaded) {
        JCudaDriver.setLogLevel(LogLevel.LOG_QUIET);
        JCudnn.setLogLevel(LogLevel.LOG_QUIET);
        driverLoaded = true;
      }
      if (withBlas && !blasLoaded) {
        JCublas2.setLogLevel(LogLevel.LOG_QUIET);
        blasLoaded = true;
      }
    } finally {
      System.setProperty(TEMPORARY, before);
      for (Path file : LibrarySearch.entries(folder, "")) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(folder);
    }
  }

  /**
   * JCuda's messages are pages with stack traces; the loader's sentence is a line in them. A folder
   * that forbids programs, as some temporary ones do, "failed to map".
   */
  private static String firstReason(LinkageError failure) {
    String text = String.valueOf(failure.getMessage());
    String reason =
        text.lines()
            .map(String::strip)
            .filter(line -> line.contains(".so"))
            .findFirst()
            .orElse(text.lines().findFirst().orElse(""))
            .replaceFirst("^[\\w.]+(Error|Exception): ", "");
    return reason.contains("failed to map")
        ? reason + "; name another folder in -D" + TEMPORARY
        : reason;
  }
}
