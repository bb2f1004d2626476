package dev.quern.core;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the host's processor is called. */
public final class HostProcessor {
  private static final Path CPUINFO = Path.of("/proc/cpuinfo");

  private HostProcessor() {}

  /**
   * Its model on Linux, elsewhere its architecture. Hypervisors shorten the names of several
   * generations to the same two words; a name without a digit is followed by the family, which
   * tells them apart: {@code AMD EPYC family 26}.
   */
  public static String name() {
    try {
      return name(Files.readAllLines(CPUINFO, StandardCharsets.ISO_8859_1));
    } catch (IOException | SecurityException e) {
      return System.getProperty("os.arch"); // another operating system
    }
  }

  /** The name in the lines of {@code /proc/cpuinfo}; ARM processors have none there. */
  static String name(List<String> cpuinfo) {
    String name = value(cpuinfo, "model name");
    if (name == null) {
      return System.getProperty("os.arch");
    }
    String family = value(cpuinfo, "cpu family");
    boolean numbered = name.chars().anyMatch(Character::isDigit);
    return numbered || family == null ? name : name + " family " + family;
  }

  private static @Nullable String value(List<String> cpuinfo, String key) {
    for (String line : cpuinfo) {
      int colon = line.indexOf(':');
      if (colon > 0 && line.substring(0, colon).strip().equals(key)) {
        String value = line.substring(colon + 1).strip();
        return value.isEmpty() ? null : value;
      }
    }
    return null;
  }
}
