package dev.quern.bench.machine;

import dev.quern.bench.result.Machine;
import dev.quern.core.HostProcessor;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds out what numbers hang on beside the device: the machine, Java, and what was built. */
public final class MachineScan {
  private static final int GIT_SECONDS = 5;

  /** Folders between a jar and the root of a source tree, at most. */
  private static final int DEPTH = 5;

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  private MachineScan() {}

  /** This machine, as it is now. */
  public static Machine here() {
    String clock = valueOf(CPU_INFO, "cpu MHz", ":");
    return new Machine(
        HostProcessor.name(),
        Runtime.getRuntime().availableProcessors(),
        clock == null ? null : Double.valueOf(clock),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("os.arch"),
        Runtime.version().toString(),
        System.getProperty("java.vendor"),
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .map(flag -> flag.replaceAll("([=:])/.*/", "$1"))
            .toList(),
        commit());
  }

  /** From a bundle's release file, or from git in a source tree; else not known. */
  private static @Nullable String commit() {
    String jar = System.getProperty("java.class.path", "").split(File.pathSeparator, -1)[0];
    Path folder = Path.of(jar).toAbsolutePath().getParent();
    for (int i = 0; i < DEPTH && folder != null; i++, folder = folder.getParent()) {
      String packed = valueOf(folder.resolve("release"), "COMMIT", "=");
      if (packed != null) {
        return packed;
      }
      if (Files.exists(folder.resolve(".git")) && Files.exists(folder.resolve("quern"))) {
        return described(folder);
      }
    }
    return null;
  }

  /** The value of the first line that begins with a name; without quotes. */
  private static @Nullable String valueOf(Path file, String name, String sign) {
    if (!Files.isReadable(file)) {
      return null;
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(name) && line.contains(sign))
          .map(line -> line.substring(line.indexOf(sign) + 1).replace("\"", "").strip())
          .findFirst()
          .orElse(null);
    } catch (IOException e) {
      return null; // a name that is missing is no reason to fail
    }
  }

  private static @Nullable String described(Path folder) {
    try {
      Process git =
          new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=12")
              .directory(folder.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (Stream<String> lines = git.inputReader(StandardCharsets.UTF_8).lines()) {
        String line = lines.findFirst().orElse(null);
        return git.waitFor(GIT_SECONDS, TimeUnit.SECONDS) && git.exitValue() == 0 ? line : null;
      }
    } catch (IOException e) {
      return null; // no git
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
