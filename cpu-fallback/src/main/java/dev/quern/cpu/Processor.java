package dev.quern.cpu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The host's processor. */
final class Processor {
  private static final Path CPUINFO = Path.of("/proc/cpuinfo");

  private Processor() {}

  /** What it is called on Linux, elsewhere its architecture. */
  static String name() {
    try {
      return name(Files.readAllLines(CPUINFO, StandardCharsets.ISO_8859_1));
    } catch (IOException | SecurityException e) {
      return System.getProperty("os.arch"); // another operating system
    }
  }

  /** The name in the lines of {@code /proc/cpuinfo}; ARM processors have none there. */
  static String name(List<String> cpuinfo) {
    for (String line : cpuinfo) {
      int colon = line.indexOf(':');
      if (colon > 0 && line.substring(0, colon).strip().equals("model name")) {
        String name = line.substring(colon + 1).strip();
        if (!name.isEmpty()) {
          return name;
        }
      }
    }
    return System.getProperty("os.arch");
  }
}
