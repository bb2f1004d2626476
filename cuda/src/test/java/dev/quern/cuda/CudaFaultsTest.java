package dev.quern.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.DeviceException;
import dev.quern.core.HostBuffer;
import dev.quern.core.OutOfDeviceMemoryException;
import dev.quern.core.Replay;
import dev.quern.core.Stream;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.Relu;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes wrong is said clearly, and what can go on goes on; on the imitated libraries. */
final class CudaFaultsTest {
  private static final String FAIL = "QUERN_FAKE_FAIL";
  private static final float[] VALUES = {1, -2, 3, -4};
  private static final float[] RECTIFIED = {1, 0, 3, 0};

  static {
    ImitatedCuda.install();
  }

  private CudaDevice device;

  @BeforeEach
  void open() {
    assumeTrue(ImitatedCuda.isInstalled(), "NOT TESTED: the imitated libraries are not here");
    device = (CudaDevice) Detection.detect("cuda:0").require("cuda:0").open();
  }

  @AfterEach
  void close() {
    if (device != null) {
      ImitatedCuda.set(FAIL, "");
      device.close();
    }
  }

  private static void rectifies(Device device) {
    try (Arena arena = device.newArena("values", Arena.ALIGNMENT);
        Stream stream = device.newStream();
        Relu relu = device.prepare(new Relu.Spec(VALUES.length))) {
      DeviceBuffer x = arena.allocate("x", DataType.FLOAT32, VALUES.length);
      stream.write(x, VALUES);
      relu.forward(stream, x, x);
      assertThat(stream.readFloats(x)).containsExactly(RECTIFIED);
    }
  }

  @Test
  void tooLargeAnArenaIsRefusedWithNumbers() {
    try (Arena held = device.newArena("held", 1 << 20)) {
      assertThat(held.isOpen()).isTrue();
      assertThatThrownBy(() -> device.newArena("weights", 1L << 40))
          .isInstanceOf(OutOfDeviceMemoryException.class)
          .hasMessageContaining("cuda:0 is out of memory: 'weights' asked for 1048576.0 MiB")
          .hasMessageContaining("'held' 1.0 MiB");
    }
    rectifies(device);
  }

  @Test
  void aDriverThatIsOutOfMemoryGivesTheSameNumbers() {
    ImitatedCuda.set(FAIL, "cuMemAlloc_v2:1:2");
    assertThatThrownBy(() -> device.newArena("weights", 1 << 20))
        .isInstanceOf(OutOfDeviceMemoryException.class)
        .hasMessageContaining("'weights' asked for 1.0 MiB");
    rectifies(device);
  }

  @Test
  void aFailedLaunchNamesCallStatusAndSpec() {
    try (Arena arena = device.newArena("values", Arena.ALIGNMENT);
        Stream stream = device.newStream();
        Relu relu = device.prepare(new Relu.Spec(4))) {
      DeviceBuffer x = arena.allocate("x", DataType.FLOAT32, 4);
      ImitatedCuda.set(FAIL, "cuLaunchKernel:1:701");
      assertThatThrownBy(() -> relu.forward(stream, x, x))
          .isInstanceOf(DeviceException.class)
          .hasMessage(
              "CUDA: cuLaunchKernel of relu for relu/4 on cuda:0 failed with"
                  + " CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES (701)");
    }
    rectifies(device);
  }

  @Test
  void aProgramThatDoesNotCompileShowsTheFirstErrorAndTheSpec() {
    assertThatThrownBy(
            () -> {
              CudaProgram program =
                  (CudaProgram) device.program("relu/4", List.of("relu.cl"), "SPAN=nonsense");
              program.function("relu", 0, "relu/4");
            })
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("relu/4 cannot be compiled for cuda:0")
        .hasMessageContaining("relu.cl")
        .hasMessageContaining("nonsense");
    rectifies(device);
  }

  @Test
  void aRecordingThatFailsLeavesTheStreamUsable() {
    try (Arena arena = device.newArena("values", Arena.ALIGNMENT);
        Stream stream = device.newStream();
        Relu relu = device.prepare(new Relu.Spec(VALUES.length))) {
      DeviceBuffer x = arena.allocate("x", DataType.FLOAT32, VALUES.length);
      relu.forward(stream, x, x);
      assertThatThrownBy(
              () ->
                  stream.record(
                      "body",
                      () -> {
                        relu.forward(stream, x, x);
                        stream.synchronize();
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("synchronize cannot be part of recording 'body'");
      ImitatedCuda.set(FAIL, "cuGraphInstantiateWithFlags:1:2");
      assertThatThrownBy(() -> stream.record("body", () -> relu.forward(stream, x, x)))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("'body'");
      ImitatedCuda.set(FAIL, "");
      try (Replay replay = stream.record("body", () -> relu.forward(stream, x, x))) {
        stream.write(x, VALUES);
        replay.launch();
        assertThat(stream.readFloats(x)).containsExactly(RECTIFIED);
      }
    }
  }

  /** A fault leaves a context that answers nothing any more, as on a GPU. */
  @Test
  void aKernelThatFaultsSpoilsItsOwnDeviceOnly() {
    Device spoilt = Detection.detect("cuda:1").require("cuda:1").open();
    ImitatedCuda.set("QUERN_FAKE_FAULT", "relu");
    try {
      assertThatThrownBy(() -> rectifies(spoilt))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining(" on cuda:1 (enqueued last: relu/4) failed with ")
          .hasMessageContaining("CUDA_ERROR_ILLEGAL_ADDRESS (700)")
          .hasMessageContaining("other devices can");
      rectifies(device);
    } finally {
      ImitatedCuda.set("QUERN_FAKE_FAULT", "");
      spoilt.close();
    }
    rectifies(device);
  }

  @Test
  void twoGpusComputeAtOnce() throws Exception {
    try (Device second = Detection.detect("cuda:1").require("cuda:1").open();
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> work = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Device one = i % 2 == 0 ? device : second;
        work.add(threads.submit(() -> rectifies(one)));
      }
      for (Future<?> done : work) {
        done.get();
      }
    }
  }

  /** The driver wants a current context, which each thread has to be given. */
  @Test
  void aProgramThatIsLoadedServesThreadsThatAreNew() throws Exception {
    device.prepare(new Relu.Spec(4)).close();
    try (ExecutorService fresh = Executors.newSingleThreadExecutor()) {
      fresh.submit(() -> device.prepare(new Relu.Spec(4)).close()).get();
    }
  }

  @Test
  void aStreamWhoseLibrariesFindNoMemoryStaysUsable() {
    Gemm.Spec spec = Gemm.builder(8, 8, 8).build();
    try (Arena arena = device.newArena("matrices", 3 * Arena.ALIGNMENT);
        Stream stream = device.newStream();
        Gemm gemm = device.prepare(spec)) {
      DeviceBuffer a = arena.allocate("a", DataType.FLOAT32, 64);
      DeviceBuffer c = arena.allocate("c", DataType.FLOAT32, 64);
      stream.reserveWorkspace(gemm.workspaceBytes());
      float[] ones = new float[64];
      Arrays.fill(ones, 1);
      stream.write(a, ones);
      CudaStream here = (CudaStream) stream;
      ImitatedCuda.set(FAIL, "cuMemAlloc_v2:1:2");
      assertThatThrownBy(() -> here.lane().libraries())
          .isInstanceOf(OutOfDeviceMemoryException.class)
          .hasMessageContaining("workspace of cuBLAS");
      gemm.run(stream, a, a, null, c);
      assertThat(stream.readFloats(c)).containsOnly(8f);
    }
  }

  @Test
  void stagingMemoryThatIsGoneIsNotReachable() {
    HostBuffer buffer = device.newHostBuffer("staging", 16);
    MemorySegment segment = buffer.segment();
    buffer.close();
    assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whatCudnnRefusesIsComputedByOurOwnKernels() {
    ImitatedCuda.set(FAIL, "cudnnConvolutionForward:1+:3000");
    Conv2d.Spec spec = Conv2d.builder().input(1, 2, 5, 5).filters(3, 3, 3).build();
    try (Conv2d convolution = device.prepare(spec)) {
      assertThat(convolution.implementation()).startsWith("blocks:");
    }
  }

  @Test
  void openingAndClosingLeavesMemoryFlat() {
    long before = device.memory().freeBytes();
    for (int i = 0; i < 300; i++) {
      rectifies(device);
    }
    assertThat(device.memory().liveBytes()).isZero();
    assertThat(device.memory().freeBytes()).isEqualTo(before);
  }

  @Test
  void closingADeviceDoesNotDisturbAnotherOfTheSameGpu() {
    Device second = Detection.detect("cuda:0").require("cuda:0").open();
    rectifies(second);
    second.close();
    rectifies(device);
  }
}
