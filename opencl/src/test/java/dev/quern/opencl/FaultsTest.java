package dev.quern.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.DeviceException;
import dev.quern.core.OutOfDeviceMemoryException;
import dev.quern.core.Stream;
import dev.quern.dialect.Parts;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.Relu;
import dev.quern.kernels.SelfTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.lwjgl.opencl.CL10;

/** What goes wrong is said clearly, and the process goes on. */
final class FaultsTest {
  private static final int CYCLES = 10_000;
  private static final int ROUNDS = 5;

  /** Growth of the process that {@link #CYCLES} cycles may show: 2 KB each would be 20 MB. */
  private static final long MOST_GROWTH_BYTES = 8L << 20;

  private final Detection detection = Detection.detect("opencl:0");

  @BeforeEach
  void requireADevice() {
    boolean here = detection.devices().stream().anyMatch(d -> d.info().id().equals("opencl:0"));
    Assumptions.assumeTrue(here, "NOT TESTED: there is no OpenCL device");
  }

  /** PoCL would take SIGFPE over. */
  @AfterEach
  @SuppressWarnings("UnusedVariable") // the division is what this is about
  void divisionByZeroStillThrows() {
    int[] zero = {0};
    assertThatThrownBy(
            () -> {
              int quotient = 1 / zero[0];
            })
        .isInstanceOf(ArithmeticException.class);
  }

  private Device open() {
    return detection.require("opencl:0").open();
  }

  @Test
  void aKernelThatDoesNotCompileSaysWhy() {
    try (ClDevice device = (ClDevice) open();
        Parts parts = new Parts(device, "relu/5")) {
      List<String> files = List.of("relu.cl");
      assertThatThrownBy(() -> parts.program(files, "SPAN=nonsense"))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("relu/5 cannot be compiled for opencl:0")
          .hasMessageContaining(device.info().name())
          .hasMessageContaining("error")
          .hasMessageContaining("nonsense");
      SelfTest.run(device);
    }
  }

  @Test
  void tooMuchMemoryIsRefusedWithNumbersAndWorkGoesOn() {
    try (Device device = open();
        Arena held = device.newArena("held", 1 << 20)) {
      long all = device.info().memoryBytes();
      assertThatThrownBy(() -> device.newArena("everything", all + 1))
          .isInstanceOf(OutOfDeviceMemoryException.class)
          .hasMessageContaining("'everything' asked for")
          .hasMessageContaining("'held' 1.0 MiB");
      assertThat(held.isOpen()).isTrue();
      SelfTest.run(device);
    }
  }

  /** Drivers run out before the books say so, where other processes have taken memory. */
  @Test
  void aDriverThatIsOutOfMemoryGivesTheSameNumbers() {
    try (ClDevice device = (ClDevice) open();
        Arena held = device.newArena("held", 1 << 20)) {
      int[] outOfMemory = {
        CL10.CL_MEM_OBJECT_ALLOCATION_FAILURE, CL10.CL_OUT_OF_RESOURCES, CL10.CL_OUT_OF_HOST_MEMORY
      };
      for (int status : outOfMemory) {
        assertThatThrownBy(() -> device.checkMemory(status, "tables", 3 << 20, "clCreateBuffer"))
            .isInstanceOf(OutOfDeviceMemoryException.class)
            .hasMessageContaining("'tables' asked for 3.0 MiB")
            .hasMessageContaining("'held' 1.0 MiB");
      }
      assertThatThrownBy(
              () -> device.checkMemory(CL10.CL_INVALID_VALUE, "tables", 1, "clCreateBuffer"))
          .isInstanceOf(DeviceException.class)
          .hasMessage(
              "OpenCL: clCreateBuffer for 'tables' on opencl:0 failed with CL_INVALID_VALUE (-30)");
      assertThat(held.isOpen()).isTrue();
    }
  }

  /** Each device has a context of its own. */
  @Test
  void closingADeviceDoesNotDisturbAnother() throws Exception {
    try (ExecutorService other = Executors.newSingleThreadExecutor();
        Device working = open()) {
      Future<?> work =
          other.submit(
              () -> {
                for (int i = 0; i < 30; i++) {
                  SelfTest.run(working);
                }
              });
      while (!work.isDone()) {
        try (Device closing = open();
            Arena arena = closing.newArena("short-lived", 1 << 16);
            Stream stream = closing.newStream()) {
          stream.clear(arena.allocate("x", DataType.FLOAT32, 1000));
        }
      }
      work.get();
    }
  }

  /** What is under way when a device is closed is waited for. */
  @Test
  void closingADeviceWaitsForItsWork() {
    for (int i = 0; i < 20; i++) {
      Device device = open();
      Gemm gemm = device.prepare(Gemm.builder(200, 200, 200).build());
      Stream stream = device.newStream();
      stream.reserveWorkspace(gemm.workspaceBytes());
      Arena arena = device.newArena("operands", 3 * Arena.footprint(DataType.FLOAT32, 40_000));
      DeviceBuffer a = arena.allocate("a", DataType.FLOAT32, 40_000);
      DeviceBuffer b = arena.allocate("b", DataType.FLOAT32, 40_000);
      DeviceBuffer c = arena.allocate("c", DataType.FLOAT32, 40_000);
      stream.clear(a);
      stream.clear(b);
      for (int run = 0; run < 20; run++) {
        gemm.run(stream, a, b, null, c);
      }
      device.close();
      assertThat(arena.isOpen() || stream.isOpen() || gemm.isOpen()).isFalse();
    }
  }

  /** What leaks does so in every round; the JVM's heap and the driver's pools grow in some. */
  @Test
  void tenThousandCyclesLeaveMemoryFlat() throws IOException {
    long least = Long.MAX_VALUE;
    try (Device device = open()) {
      for (int round = 0; round < ROUNDS; round++) {
        long before = residentBytes();
        cycle(device, CYCLES);
        assertThat(device.memory().liveBytes()).isZero();
        least = Math.min(least, residentBytes() - before);
      }
    }
    assertThat(least)
        .as("least growth of the process in %d cycles", CYCLES)
        .isLessThan(MOST_GROWTH_BYTES);
  }

  private static void cycle(Device device, int times) {
    for (int i = 0; i < times; i++) {
      try (Arena arena = device.newArena("cycle", 4096);
          Relu relu = device.prepare(new Relu.Spec(100));
          Gemm gemm = device.prepare(Gemm.builder(10, 10, 10).build())) {
        assertThat(arena.isOpen() && relu.isOpen() && gemm.isOpen()).isTrue();
      }
    }
  }

  private static long residentBytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    Assumptions.assumeTrue(Files.exists(status), "NOT TESTED: only Linux tells resident memory");
    System.gc();
    String line =
        Files.readAllLines(status).stream()
            .filter(l -> l.startsWith("VmRSS:"))
            .findFirst()
            .orElseThrow();
    return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
  }
}
