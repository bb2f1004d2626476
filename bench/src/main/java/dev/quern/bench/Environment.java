package dev.quern.bench;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What numbers hang on beside the device: the machine, Java, and what was built. */
final class Environment {
  private static final int GIT_SECONDS = 5;

  /** Folders between a jar and the root of a source tree, at most. */
  private static final int DEPTH = 5;

  private Environment() {}

  /** For JSON. */
  static Map<String, @Nullable Object> asMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("cpu", cpu());
    map.put("processors", Runtime.getRuntime().availableProcessors());
    map.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    map.put("architecture", System.getProperty("os.arch"));
    map.put("java", Runtime.version().toString());
    map.put("java_vendor", System.getProperty("java.vendor"));
    map.put("java_flags", ManagementFactory.getRuntimeMXBean().getInputArguments());
    map.put("commit", commit());
    return map;
  }

  private static @Nullable String cpu() {
    return valueOf(Path.of("/proc/cpuinfo"), "model name", ":");
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
