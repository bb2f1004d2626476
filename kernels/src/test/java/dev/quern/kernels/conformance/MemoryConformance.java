package dev.quern.kernels.conformance;

import static dev.quern.core.DataType.FLOAT32;
import static dev.quern.core.DataType.INT32;
import static dev.quern.core.DataType.UINT8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Index.atIndex;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.HostBuffer;
import dev.quern.core.Kernel;
import dev.quern.core.OutOfDeviceMemoryException;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import dev.quern.kernels.cases.Case;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Arenas, slices, staging memory and the books about them. */
interface MemoryConformance extends Conformance {
  /** Openings and closings that would show a leak of one byte each. */
  int CYCLES = 1000;

  /** Slices begin on the alignment and keep apart. */
  @Test
  default void slicesAreAlignedAndApart() {
    long bytes =
        Arena.footprint(FLOAT32, 1) + Arena.footprint(UINT8, 257) + Arena.footprint(INT32, 3);
    try (Arena arena = device().newArena("slices", bytes);
        Stream stream = device().newStream()) {
      DeviceBuffer one = arena.allocate("one", FLOAT32, 1);
      DeviceBuffer many = arena.allocate("many", UINT8, 257);
      DeviceBuffer three = arena.allocate("three", INT32, 3);
      for (DeviceBuffer buffer : new DeviceBuffer[] {one, many, three}) {
        assertThat(buffer.offset() % Arena.ALIGNMENT).as("offset of %s", buffer).isZero();
      }
      stream.write(one, new float[] {1.5f});
      stream.write(three, new int[] {7, 8, 9});
      byte[] ones = new byte[257];
      Arrays.fill(ones, (byte) -1);
      stream.write(many, ones);
      assertThat(stream.readFloats(one)).containsExactly(1.5f);
      assertThat(stream.readInts(three)).containsExactly(7, 8, 9);
    }
  }

  /** A part is a window on the buffer it was cut from. */
  @Test
  default void partsShareMemory() {
    try (Arena arena = device().newArena("parts", Arena.footprint(FLOAT32, 100));
        Stream stream = device().newStream()) {
      DeviceBuffer whole = arena.allocate("whole", FLOAT32, 100);
      stream.clear(whole);
      stream.write(whole.part("middle", 64, 3), new float[] {1, 2, 3});
      float[] values = stream.readFloats(whole);
      assertThat(values).contains(1f, atIndex(64));
      assertThat(values).contains(3f, atIndex(66));
      assertThat(values[63]).isZero();
      assertThat(values[67]).isZero();
    }
  }

  /** An arena gives out no more than it has. */
  @Test
  default void fullArenaRefuses() {
    try (Arena arena = device().newArena("small", 256)) {
      arena.allocate("fits", FLOAT32, 64);
      assertThatThrownBy(() -> arena.allocate("more", FLOAT32, 1))
          .isInstanceOf(SpecException.class)
          .hasMessageContaining("small")
          .hasMessageContaining("256");
    }
  }

  /** Slices die with their arena. */
  @Test
  default void useAfterCloseThrows() {
    try (Stream stream = device().newStream()) {
      Arena arena = device().newArena("short-lived", 256);
      DeviceBuffer buffer = arena.allocate("x", FLOAT32, 4);
      arena.close();
      assertThatThrownBy(() -> stream.readFloats(buffer))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("short-lived")
          .hasMessageContaining("closed");
      assertThatThrownBy(() -> arena.allocate("y", FLOAT32, 4))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  /** More than the device has is refused with the numbers. */
  @Test
  default void tooMuchIsRefused() {
    long tooMuch = Long.MAX_VALUE / 4;
    Device device = device();
    assertThatThrownBy(() -> device.newArena("everything", tooMuch))
        .isInstanceOf(OutOfDeviceMemoryException.class)
        .hasMessageContaining("everything")
        .hasMessageContaining(device.id());
  }

  /** The books count what is held, and the most that ever was. */
  @Test
  default void memoryIsAccountedFor() {
    try (Arena arena = device().newArena("counted", 1 << 20)) {
      assertThat(device().memory().liveBytes()).isGreaterThanOrEqualTo(arena.bytes());
      assertThat(device().memory().peakBytes()).isGreaterThanOrEqualTo(arena.bytes());
    }
    assertThat(device().memory().liveBytes()).isZero();
  }

  /** Staging memory, device copies and clears carry every bit. */
  @Test
  default void copiesKeepEveryBit() {
    int count = 1025;
    long bytes = 2 * Arena.footprint(DataType.INT32, count);
    try (Arena arena = device().newArena("copies", bytes);
        HostBuffer host = device().newHostBuffer("host", 4L * count);
        Stream stream = device().newStream()) {
      DeviceBuffer source = arena.allocate("source", INT32, count);
      DeviceBuffer target = arena.allocate("target", INT32, count);
      MemorySegment memory = host.segment();
      for (int i = 0; i < count; i++) {
        memory.setAtIndex(ValueLayout.JAVA_INT, i, i * 0x9E3779B9);
      }
      stream.write(source, host);
      stream.copy(source, target);
      stream.synchronize();
      memory.fill((byte) 0);
      stream.clear(source);
      stream.read(target, host);
      stream.synchronize();
      for (int i = 0; i < count; i++) {
        assertThat(memory.getAtIndex(ValueLayout.JAVA_INT, i)).isEqualTo(i * 0x9E3779B9);
      }
      assertThat(stream.readInts(source)).containsOnly(0);
    }
  }

  /** A thousand openings and closings leave nothing behind. */
  @Test
  default void manyCyclesLeaveNothing() {
    Case<?> small = Conformance.oneOfEachOp().get(0);
    for (int i = 0; i < CYCLES; i++) {
      try (Arena arena = device().newArena("cycle", 4096);
          Kernel kernel = device().prepare(small.spec());
          HostBuffer host = device().newHostBuffer("cycle", 64)) {
        assertThat(arena.isOpen() && kernel.isOpen() && host.isOpen()).isTrue();
      }
    }
    assertThat(device().memory().liveBytes()).isZero();
  }
}
