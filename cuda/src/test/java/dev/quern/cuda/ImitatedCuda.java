package dev.quern.cuda;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * NVIDIA's libraries as {@code src/test/native} imitates them: they compute on the CPU, slowly and
 * rightly, and watch their callers' manners. Built by g++ when a test asks; where there is none, no
 * device is found and tests say that they were left out.
 */
final class ImitatedCuda {
  /** CUDA's major version to imitate; without it tests use what the machine has. */
  private static final String MAJOR = "quern.cuda.imitated";

  private static final String FOLDER = "quern.cuda.imitatedFolder";
  private static final String LIBRARIES = "quern.cuda.libraries";
  private static final long MOST_SECONDS = 300;

  private static boolean installed;

  private ImitatedCuda() {}

  /** Builds the libraries, unless they are not wanted, and has the backend find them first. */
  static synchronized void install() {
    String major = System.getProperty(MAJOR, "");
    if (major.isEmpty() || System.getProperty(LIBRARIES) != null || !gxxIsHere()) {
      return;
    }
    Path folder = Path.of(System.getProperty(FOLDER, "target"), "imitated-cuda-" + major);
    build(folder, major);
    System.setProperty(LIBRARIES, folder.toAbsolutePath().toString());
    System.setProperty("quern.require", "cuda");
    set("QUERN_FAKE_DEVICES", "2");
    installed = true;
    set("QUERN_FAKE_CACHE", folder.resolveSibling("imitated-programs").toAbsolutePath().toString());
  }

  /** Whether the backend computes on the imitation. */
  static boolean isInstalled() {
    return installed;
  }

  private static boolean gxxIsHere() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .anyMatch(path -> Files.isExecutable(Path.of(path, "g++")));
  }

  private static void build(Path folder, String major) {
    try {
      Files.createDirectories(folder);
      Path log = folder.resolve("build.log");
      Process process =
          new ProcessBuilder(
                  "sh",
                  Path.of("src", "test", "native", "build.sh").toString(),
                  folder.toAbsolutePath().toString(),
                  major)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new AssertionError("build.sh failed: " + Files.readString(log));
      }
    } catch (IOException e) {
      throw new AssertionError("build.sh cannot be run", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("build.sh was interrupted", e);
    }
  }

  /** Changes a setting of the imitation: a failure to have, a log to write. */
  @SuppressWarnings("restricted") // calls the imitation
  static void set(String name, String value) {
    Path driver = Path.of(System.getProperty(LIBRARIES, ""), "libcuda.so.1");
    try (Arena arena = Arena.ofConfined()) {
      SymbolLookup library = SymbolLookup.libraryLookup(driver, Arena.global());
      MethodHandle setting =
          Linker.nativeLinker()
              .downcallHandle(
                  library.find("quern_fake_set").orElseThrow(),
                  FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
      setting.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value));
    } catch (Throwable e) {
      throw new AssertionError("the imitation takes no settings", e);
    }
  }
}
