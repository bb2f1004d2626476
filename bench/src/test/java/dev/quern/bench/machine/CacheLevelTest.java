package dev.quern.bench.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheLevelTest {
  @TempDir private Path folder;

  private void cache(String name, String type, int level, String size, String sharers)
      throws IOException {
    Path cache = Files.createDirectory(folder.resolve(name));
    Files.writeString(cache.resolve("type"), type + "\n");
    Files.writeString(cache.resolve("level"), level + "\n");
    Files.writeString(cache.resolve("size"), size + "\n");
    Files.writeString(cache.resolve("shared_cpu_list"), sharers + "\n");
  }

  @Test
  void dataCachesComeFromTheSmallestToTheLargest() throws IOException {
    Files.writeString(folder.resolve("uevent"), "");
    cache("index3", "Unified", 3, "32M", "0-7,16-23");
    cache("index0", "Data", 1, "48K", "0,8");
    cache("index1", "Instruction", 1, "32K", "0,8");
    assertThat(CacheLevel.in(folder))
        .containsExactly(new CacheLevel("L1", 48 << 10, 2), new CacheLevel("L3", 32 << 20, 16));
  }

  @Test
  void whatCannotBeReadIsAsUsual() throws IOException {
    assertThat(CacheLevel.in(folder.resolve("none"))).hasSize(2);
    cache("index0", "Data", 1, "much", "0");
    assertThat(CacheLevel.in(folder)).isEqualTo(CacheLevel.in(folder.resolve("none")));
    Files.delete(folder.resolve("index0").resolve("size"));
    assertThat(CacheLevel.in(folder)).hasSize(2);
  }
}
