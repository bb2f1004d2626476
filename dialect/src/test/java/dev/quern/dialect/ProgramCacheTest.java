package dev.quern.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A driver is never handed anything but what was written; whatever is wrong, the answer is none.
 */
final class ProgramCacheTest {
  private static final String KEY = ProgramCache.key("device", "options", "source");

  @TempDir private Path folder;

  private ProgramCache cache() {
    return new ProgramCache(folder, ProgramCache.MOST_BYTES);
  }

  private static byte[] program(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  @Test
  void whatWasWrittenIsRead() {
    cache().write(KEY, program(1000));
    assertThat(cache().read(KEY)).isEqualTo(program(1000));
    assertThat(cache().read(ProgramCache.key("device", "options", "other"))).isNull();
  }

  @Test
  void aPropertyOfEachBackendNamesTheFolder() {
    String property = "quern.test.cache";
    try {
      System.setProperty(property, folder.toString());
      cache().write(KEY, program(10));
      assertThat(ProgramCache.ofUser("test"))
          .isNotNull()
          .extracting(named -> named.read(KEY))
          .isEqualTo(program(10));
      System.setProperty(property, "");
      assertThat(ProgramCache.ofUser("test")).isNull();
      assertThat(ProgramCache.ofUser("another")).isNotNull();
    } finally {
      System.clearProperty(property);
    }
  }

  @Test
  void keysTellEverythingApart() {
    assertThat(
            List.of(
                KEY,
                ProgramCache.key("device2", "options", "source"),
                ProgramCache.key("device", "options2", "source"),
                ProgramCache.key("device", "options", "source2"),
                ProgramCache.key("deviceo", "ptions", "source"),
                ProgramCache.key("device", "optionss", "ource")))
        .doesNotHaveDuplicates();
  }

  @Test
  void everyFlippedByteIsSeen() throws IOException {
    cache().write(KEY, program(100));
    Path file = files(folder).get(0);
    byte[] whole = Files.readAllBytes(file);
    for (int i = 0; i < whole.length; i++) {
      byte[] flipped = whole.clone();
      flipped[i] ^= (byte) (1 << i % 8);
      Files.write(file, flipped);
      assertThat(cache().read(KEY)).as("byte %d flipped", i).isNull();
    }
  }

  @Test
  void everyTruncationIsSeen() throws IOException {
    cache().write(KEY, program(100));
    Path file = files(folder).get(0);
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThat(cache().read(KEY)).as("%d bytes left", length).isNull();
    }
  }

  @Test
  void aFileUnderAnotherNameIsForeign() throws IOException {
    cache().write(KEY, program(100));
    String other = ProgramCache.key("another device", "options", "source");
    Path file = files(folder).get(0);
    Files.move(file, folder.resolve(file.getFileName().toString().replace(KEY, other)));
    assertThat(cache().read(other)).isNull();
  }

  @Test
  void aFolderOfNoUseIsNoError() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    for (Path bad : List.of(file, file.resolve("below"), Path.of("/proc/quern"))) {
      ProgramCache cache = new ProgramCache(bad, ProgramCache.MOST_BYTES);
      cache.write(KEY, program(10));
      assertThat(cache.read(KEY)).isNull();
    }
  }

  @Test
  void theOldestGoWhenThereAreTooMany() throws IOException {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      keys.add(ProgramCache.key("device", "options", "source " + i));
      new ProgramCache(folder, 4000).write(keys.get(i), program(1000 + i));
      for (Path file : files(folder)) {
        if (file.toString().contains(keys.get(i))) {
          Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000L * (i + 1)));
        }
      }
    }
    assertThat(cache().read(keys.get(0))).isNull();
    assertThat(cache().read(keys.get(3))).isEqualTo(program(1003));
    assertThat(files(folder)).hasSize(3);
  }

  @Test
  void manyWritersLeaveAWholeFile() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        writers.add(
            threads.submit(
                () -> {
                  for (int round = 0; round < 50; round++) {
                    cache().write(KEY, program(5000));
                    assertThat(cache().read(KEY)).isEqualTo(program(5000));
                  }
                }));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    }
    assertThat(files(folder)).hasSize(1);
  }
}
