package dev.quern.core;

import static dev.quern.core.DataType.FLOAT32;
import static dev.quern.core.DataType.INT32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.CountingDevice.Job;
import dev.quern.core.CountingDevice.JobKernel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Checks, recording and leases, which are the same on every backend. */
class StreamTest {
  private final CountingDevice device = new CountingDevice(1 << 20);
  private final Stream stream = device.newStream();
  private final Arena arena = device.newArena("data", 2048);
  private final DeviceBuffer x = arena.allocate("x", FLOAT32, 4);
  private final DeviceBuffer y = arena.allocate("y", FLOAT32, 4);
  private final JobKernel kernel = device.prepare(new Job("job", 0));

  @AfterEach
  void close() {
    device.close();
  }

  @Test
  void recordingRunsTheBodyAtEachLaunchOnly() {
    kernel.run(stream, x);
    device.log.clear();
    try (Replay replay =
        stream.record(
            "step",
            () -> {
              kernel.run(stream, x);
              stream.copy(x, y);
            })) {
      assertThat(device.log).isEmpty();
      replay.launch();
      replay.launch();
      assertThat(device.log).containsExactly("run job", "copy x to y", "run job", "copy x to y");
      assertThat(replay.stream()).isSameAs(stream);
    }
  }

  @Test
  void replayLeasesExactlyWhatItsBodyUses() {
    Arena unused = device.newArena("unused", 256);
    kernel.run(stream, x);
    Replay replay = stream.record("step", () -> kernel.run(stream, x));
    unused.close();
    assertThat(unused.isOpen()).isFalse();
    for (DeviceResource leased : new DeviceResource[] {arena, kernel, stream}) {
      assertThatThrownBy(leased::close)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(leased + " is in use by")
          .hasMessageContaining("'step'")
          .hasMessageEndingWith("close that replay first");
      assertThat(leased.isOpen()).isTrue();
    }
    replay.close();
    arena.close();
    assertThat(arena.isOpen()).isFalse();
  }

  @Test
  void twoLeasesNeedTwoReturns() {
    stream.clear(x);
    Replay first = stream.record("first", () -> stream.clear(x));
    Replay second = stream.record("second", () -> stream.clear(x));
    first.close();
    first.close();
    assertThatThrownBy(arena::close).hasMessageContaining("'second'");
    second.close();
    arena.close();
    assertThat(arena.isOpen()).isFalse();
  }

  @Test
  void failedRecordingLeavesTheStreamUsable() {
    stream.clear(x);
    assertThatThrownBy(
            () ->
                stream.record(
                    "bad",
                    () -> {
                      stream.clear(x);
                      throw new ArithmeticException("in the body");
                    }))
        .isInstanceOf(ArithmeticException.class);
    stream.synchronize();
    arena.close();
    assertThat(arena.isOpen()).isFalse();
  }

  @Test
  void whatIsNoDeviceWorkCannotBeRecorded() {
    HostBuffer host = device.newHostBuffer("host", 16);
    stream.clear(x);
    for (Runnable work :
        new Runnable[] {
          stream::synchronize,
          () -> stream.write(x, host),
          () -> stream.read(x, host),
          () -> stream.write(x, new float[4]),
          () -> stream.readFloats(x),
          stream::mark,
          () -> stream.reserveWorkspace(64)
        }) {
      assertThatThrownBy(() -> stream.record("step", work))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("cannot be part of recording 'step'");
    }
  }

  @Test
  void replaysDoNotNest() {
    stream.clear(x);
    try (Replay inner = stream.record("inner", () -> stream.clear(x))) {
      assertThatThrownBy(() -> stream.record("outer", inner::launch))
          .hasMessageContaining("launching a replay cannot be part of recording 'outer'");
    }
  }

  @Test
  void workspaceIsReservedBeforeAndFrozenByReplays() {
    JobKernel greedy = device.prepare(new Job("greedy", 100));
    assertThatThrownBy(() -> greedy.run(stream, x))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            greedy
                + " needs 100 bytes of workspace, but the stream has 0: call reserveWorkspace"
                + " first");
    stream.reserveWorkspace(100);
    stream.reserveWorkspace(50);
    greedy.run(stream, x);
    assertThat(device.log).containsOnlyOnce("workspace 100").doesNotContain("workspace 50");
    Replay replay = stream.record("step", () -> greedy.run(stream, x));
    assertThatThrownBy(() -> stream.reserveWorkspace(200))
        .hasMessage(
            "the workspace is 100 bytes and cannot grow to 200 while a replay of this stream is"
                + " open");
    replay.close();
    stream.reserveWorkspace(200);
    assertThat(device.log).contains("workspace 200");
  }

  @Test
  void strangersAreRefused() {
    try (CountingDevice other = new CountingDevice(1024)) {
      DeviceBuffer foreign = other.newArena("abroad", 256).allocate("z", FLOAT32, 4);
      Stream otherStream = other.newStream();
      assertThatThrownBy(() -> stream.clear(foreign)).isInstanceOf(SpecException.class);
      assertThatThrownBy(() -> kernel.run(otherStream, foreign))
          .isInstanceOf(SpecException.class)
          .hasMessageContaining("was prepared for another device");
    }
  }

  @Test
  void sizesAndTypesAreChecked() {
    DeviceBuffer shorter = arena.allocate("shorter", FLOAT32, 3);
    DeviceBuffer ints = arena.allocate("ints", INT32, 4);
    HostBuffer host = device.newHostBuffer("host", 15);
    assertThatThrownBy(() -> stream.copy(x, shorter))
        .isInstanceOf(SpecException.class)
        .hasMessageContaining("has 16 bytes")
        .hasMessageContaining("has 12");
    assertThatThrownBy(() -> stream.write(x, host))
        .isInstanceOf(SpecException.class)
        .hasMessageContaining("has 15 bytes")
        .hasMessageContaining("has 16");
    assertThatThrownBy(() -> stream.write(x, new float[5]))
        .isInstanceOf(SpecException.class)
        .hasMessageContaining("has 20");
    assertThatThrownBy(() -> stream.readFloats(ints)).hasMessageEndingWith("must hold FLOAT32");
    assertThatThrownBy(() -> stream.readInts(x)).hasMessageEndingWith("must hold INT32");
  }

  @Test
  void closedThingsAreRefused() {
    kernel.close();
    assertThatThrownBy(() -> kernel.run(stream, x))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("JobKernel 'job' on fake:0 is closed");
    stream.close();
    assertThatThrownBy(stream::synchronize).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> stream.clear(x)).isInstanceOf(IllegalStateException.class);
  }
}
