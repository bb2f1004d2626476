package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class LargePagesTest {
  private static final long BYTES = 3 * LargePages.BYTES + 5;

  private final LargePages pages = offered();

  private static LargePages offered() {
    LargePages offered = LargePages.offered();
    if (offered == null) {
      throw new AssertionError("Linux has large pages");
    }
    return offered;
  }

  @Test
  void memoryIsZeroedAlignedAndWritableToItsEnd() {
    try (Arena owner = Arena.ofShared()) {
      MemorySegment segment = pages.allocate(BYTES, owner);

      assertThat(segment.byteSize()).isEqualTo(BYTES);
      assertThat(segment.address() % LargePages.BYTES).isZero();
      assertThat(segment.mismatch(MemorySegment.ofArray(new byte[(int) BYTES]))).isEqualTo(-1);
      segment.fill((byte) 7);
    }
  }

  @Test
  void closingTheOwnerGivesTheMemoryBack() throws IOException {
    long address;
    try (Arena owner = Arena.ofShared()) {
      address = pages.allocate(BYTES, owner).address();
      assertThat(isMapped(address)).isTrue();
    }

    assertThat(isMapped(address)).isFalse();
  }

  /** Lines of the list begin with {@code from-to}, in hexadecimal. */
  private static boolean isMapped(long address) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/maps")).stream()
        .map(line -> line.substring(0, line.indexOf(' ')).split("-"))
        .anyMatch(
            range ->
                Long.parseUnsignedLong(range[0], 16) <= address
                    && address < Long.parseUnsignedLong(range[1], 16));
  }

  @Test
  void moreThanThereIsFails() {
    try (Arena owner = Arena.ofShared()) {
      assertThatThrownBy(() -> pages.allocate(1L << 60, owner))
          .isInstanceOf(OutOfMemoryError.class)
          .hasMessageContaining("refused");
    }
  }
}
