package dev.quern.bench.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The data caches of one level.
 *
 * @param name as people call it
 * @param bytes of one of them
 * @param sharers how many processors share one
 */
record CacheLevel(String name, long bytes, int sharers) {
  private static final Path FOLDER = Path.of("/sys/devices/system/cpu/cpu0/cache");

  /** What most processors have, where the system does not say. */
  private static final List<CacheLevel> USUAL =
      List.of(new CacheLevel("L1", 32 << 10, 1), new CacheLevel("L2", 512 << 10, 1));

  /** Those of the first processor, the smallest first; as Linux describes them. */
  static List<CacheLevel> ofThisMachine() {
    return in(FOLDER);
  }

  static List<CacheLevel> in(Path folder) {
    List<CacheLevel> levels = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> caches = Files.list(folder)) {
        for (Path cache : caches.filter(Files::isDirectory).toList()) {
          CacheLevel level = read(cache);
          if (level != null) {
            levels.add(level);
          }
        }
      } catch (IOException | NumberFormatException e) {
        return USUAL; // a description that cannot be read is as good as none
      }
    }
    levels.sort(Comparator.comparingLong(CacheLevel::bytes));
    return levels.isEmpty() ? USUAL : List.copyOf(levels);
  }

  private static @Nullable CacheLevel read(Path cache) throws IOException {
    if (Files.readString(cache.resolve("type")).startsWith("Instruction")) {
      return null;
    }
    String level = "L" + Files.readString(cache.resolve("level")).strip();
    String size = Files.readString(cache.resolve("size")).strip();
    int digits = size.length() - 1;
    long unit =
        switch (size.charAt(digits)) {
          case 'K' -> 1L << 10;
          case 'M' -> 1L << 20;
          default -> throw new NumberFormatException(size);
        };
    String sharers = Files.readString(cache.resolve("shared_cpu_list")).strip();
    return new CacheLevel(level, Long.parseLong(size.substring(0, digits)) * unit, count(sharers));
  }

  /** How many numbers a list like {@code 0-3,8-11} has. */
  private static int count(String list) {
    int count = 0;
    for (String range : list.split(",")) {
      String[] ends = range.split("-");
      count += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
    }
    return count;
  }
}
