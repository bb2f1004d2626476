package dev.quern.core;

import static dev.quern.core.DataType.FLOAT32;
import static dev.quern.core.DataType.INT32;
import static dev.quern.core.DataType.UINT8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArenaTest {
  private final CountingDevice device = new CountingDevice(1 << 20);

  @AfterEach
  void close() {
    device.close();
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT32, 0, 0",
    "FLOAT32, 1, 256",
    "FLOAT32, 64, 256",
    "FLOAT32, 65, 512",
    "INT32, 63, 256",
    "UINT8, 256, 256",
    "UINT8, 257, 512"
  })
  void footprintIsRoundedUpToTheAlignment(DataType type, long count, long bytes) {
    assertThat(Arena.footprint(type, count)).isEqualTo(bytes);
  }

  @Test
  void slicesFollowEachOtherAligned() {
    Arena arena = device.newArena("data", 1024);
    DeviceBuffer a = arena.allocate("a", FLOAT32, 3);
    DeviceBuffer b = arena.allocate("b", UINT8, 257);
    DeviceBuffer c = arena.allocate("c", INT32, 64);
    assertThat(a.offset()).isZero();
    assertThat(b.offset()).isEqualTo(256);
    assertThat(c.offset()).isEqualTo(768);
    assertThat(a.bytes()).isEqualTo(12);
    assertThat(a.overlaps(b)).isFalse();
    assertThat(a).hasToString("buffer 'a' (3 FLOAT32) of arena 'data'");
  }

  @Test
  void fullArenaSaysWhatIsLeft() {
    Arena arena = device.newArena("data", 600);
    arena.allocate("a", FLOAT32, 65);
    assertThatThrownBy(() -> arena.allocate("b", FLOAT32, 1))
        .isInstanceOf(SpecException.class)
        .hasMessage("arena 'data' of 600 bytes is full: buffer 'b' needs 256 bytes, 88 are left");
    assertThat(arena.allocate("nothing", FLOAT32, 0).count()).isZero();
  }

  @Test
  void negativeSizesAreRefused() {
    Arena arena = device.newArena("data", 256);
    assertThatThrownBy(() -> arena.allocate("a", FLOAT32, -1))
        .isInstanceOf(SpecException.class)
        .hasMessage("buffer 'a': count must be 0 or more, but is -1");
    assertThatThrownBy(() -> device.newArena("none", -8))
        .isInstanceOf(SpecException.class)
        .hasMessage("arena 'none': bytes must be 0 or more, but is -8");
  }

  @Test
  void partsLieInsideAndOverlap() {
    DeviceBuffer whole = device.newArena("data", 1024).allocate("whole", FLOAT32, 100);
    DeviceBuffer front = whole.part("front", 0, 50);
    DeviceBuffer back = whole.part("back", 50, 50);
    DeviceBuffer middle = whole.part("middle", 49, 2);
    assertThat(back.offset()).isEqualTo(200);
    assertThat(front.overlaps(back)).isFalse();
    assertThat(front.overlaps(middle)).isTrue();
    assertThat(middle.overlaps(back)).isTrue();
    assertThatThrownBy(() -> whole.part("outside", 60, 41))
        .isInstanceOf(SpecException.class)
        .hasMessage(
            "part 'outside' must lie inside buffer 'whole' of 100 elements, but runs from 60 to"
                + " 101");
    assertThatThrownBy(() -> whole.part("huge", 1, Long.MAX_VALUE))
        .isInstanceOf(SpecException.class);
  }

  @Test
  void closedArenaGivesOutNothing() {
    Arena arena = device.newArena("data", 256);
    arena.close();
    arena.close();
    assertThat(device.log).containsOnlyOnce("release arena data");
    assertThatThrownBy(() -> arena.allocate("a", FLOAT32, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("'data' on fake:0 is closed");
  }
}
