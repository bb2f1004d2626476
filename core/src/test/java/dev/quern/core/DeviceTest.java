package dev.quern.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.CountingDevice.Job;
import dev.quern.core.CountingDevice.JobKernel;
import org.junit.jupiter.api.Test;

/** Who owns what, and in which order it goes. */
class DeviceTest {
  private final CountingDevice device = new CountingDevice(1 << 20);

  @Test
  void closingClosesWhatIsLeftNewestFirst() {
    device.newArena("first", 256);
    device.prepare(new Job("job", 0));
    Arena gone = device.newArena("gone", 256);
    device.newHostBuffer("staging", 16);
    device.newStream();
    gone.close();
    device.log.clear();
    device.close();
    device.close();
    assertThat(device.log)
        .containsExactly(
            "release stream",
            "release host buffer staging",
            "release kernel job",
            "release arena first",
            "release device");
    assertThat(device.memory().liveBytes()).isZero();
  }

  @Test
  void replaysGoBeforeWhatTheyLease() {
    Arena arena = device.newArena("data", 256);
    DeviceBuffer buffer = arena.allocate("x", DataType.FLOAT32, 1);
    Stream stream = device.newStream();
    stream.clear(buffer);
    Replay replay = stream.record("step", () -> stream.clear(buffer));
    Arena later = device.newArena("later", 256);
    device.close();
    assertThat(replay.isOpen() || arena.isOpen() || stream.isOpen() || later.isOpen()).isFalse();
    assertThat(device.log).endsWith("release device");
  }

  @Test
  void closedDeviceGivesOutNothing() {
    device.close();
    for (Runnable use :
        new Runnable[] {
          () -> device.newArena("data", 1),
          device::newStream,
          () -> device.newHostBuffer("staging", 1),
          () -> device.prepare(new Job("job", 0))
        }) {
      assertThatThrownBy(use::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("device fake:0 is closed");
    }
  }

  @Test
  void preparedKernelsNameTheirSpec() {
    try (device;
        JobKernel kernel = device.prepare(new Job("job/7", 0))) {
      assertThat(kernel.label()).isEqualTo("job/7");
      assertThat(kernel).hasToString("JobKernel 'job/7' on fake:0");
      assertThat(kernel.device()).isSameAs(device);
    }
  }
}
