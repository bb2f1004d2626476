package dev.quern.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.DeviceInfo.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

class DetectionTest {
  private static final DeviceInfo BROKEN_GPU =
      new DeviceInfo("ocl:0", "ocl", Kind.GPU, "old GPU", "1.0", 1, "it computed 2 + 2 = 5");

  /** A provider whose probe was made up before. */
  private record Provider(String name, int priority, Probe probe) implements BackendProvider {
    @Override
    public Device open(DeviceInfo info) {
      return new CountingDevice(1024);
    }
  }

  private static Provider works(String name, int priority, DeviceInfo... devices) {
    return new Provider(name, priority, Probe.available(name, "found", List.of(devices)));
  }

  private static Provider fails(String name, int priority, String reason, Throwable cause) {
    return new Provider(name, priority, Probe.unavailable(name, reason, cause, List.of()));
  }

  private static Detection of(BackendProvider... providers) {
    return Detection.of(List.of(providers), List.of());
  }

  private static final Provider CPU = works("cpu", 10, CountingDevice.info("cpu:0", Kind.CPU));
  private static final Provider OPENCL =
      works(
          "ocl",
          20,
          BROKEN_GPU,
          CountingDevice.info("ocl:1", Kind.CPU),
          CountingDevice.info("ocl:2", Kind.GPU));
  private static final Provider CUDA =
      fails("cuda", 30, "libcuda.so.1 is not there", new UnsatisfiedLinkError("libcuda.so.1"));

  private static List<String> ids(Detection detection) {
    return detection.devices().stream().map(d -> d.info().id()).toList();
  }

  @Test
  void graphicsProcessorsComeFirstThenPriorityDecides() {
    Provider cuda = works("cuda", 30, CountingDevice.info("cuda:0", Kind.GPU));
    assertThat(ids(of(CPU, OPENCL, cuda))).containsExactly("cuda:0", "ocl:2", "ocl:1", "cpu:0");
    assertThat(ids(of(CPU, OPENCL, CUDA))).containsExactly("ocl:2", "ocl:1", "cpu:0");
    assertThat(of(CPU, OPENCL, CUDA).best().info().id()).isEqualTo("ocl:2");
  }

  @Test
  void onlyTheNamedBackendIsProbed() {
    List<BackendProvider> all = List.of(CPU, OPENCL, CUDA);
    assertThat(Detection.needed(all, "cpu")).containsExactly(CPU);
    assertThat(Detection.needed(all, "ocl:1")).containsExactly(OPENCL);
    assertThat(Detection.needed(all, "auto")).isEqualTo(all);
    assertThat(Detection.needed(all, "tpu:0")).isEqualTo(all);
  }

  @Test
  void probesAreListedByFallingPriority() {
    assertThat(of(CPU, OPENCL, CUDA).probes())
        .extracting(Probe::backend)
        .containsExactly("cuda", "ocl", "cpu");
  }

  @Test
  void reportSaysWhatWasChosenAndWhyNotTheOthers() {
    assertThat(of(CPU, CUDA).report())
        .isEqualTo("chose cpu:0 (a fake); cuda: libcuda.so.1 is not there");
    assertThat(of(CPU).report()).isEqualTo("chose cpu:0 (a fake)");
  }

  @Test
  void devicesAreFoundByIdByBackendAndAutomatically() {
    Detection detection = of(CPU, OPENCL, CUDA);
    assertThat(detection.require("ocl:1").info().id()).isEqualTo("ocl:1");
    assertThat(detection.require("ocl").info().id()).isEqualTo("ocl:2");
    assertThat(detection.require(Detection.AUTO).info().id()).isEqualTo("ocl:2");
  }

  @Test
  void explicitChoiceNeverFallsBack() {
    assertThatThrownBy(() -> of(CPU, CUDA).require("cuda:0"))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessage("cuda:0 cannot be used: libcuda.so.1 is not there")
        .hasCauseInstanceOf(UnsatisfiedLinkError.class);
    assertThatThrownBy(() -> of(CPU, OPENCL).require("ocl:0"))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessage("ocl:0 cannot be used: it computed 2 + 2 = 5");
  }

  @Test
  void unknownDevicesAreRefusedWithTheOnesThatThereAre() {
    assertThatThrownBy(() -> of(CPU, OPENCL).require("ocl:7"))
        .hasMessage("there is no device ocl:7; usable devices: ocl:2, ocl:1, cpu:0");
    assertThatThrownBy(() -> of(CPU).require("tpu:0"))
        .hasMessage("there is no device tpu:0; usable devices: cpu:0");
  }

  @Test
  void withoutAnyDeviceEveryReasonIsGiven() {
    assertThatThrownBy(() -> of(CUDA).best())
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessage("no device can be used: cuda: libcuda.so.1 is not there");
    assertThatThrownBy(() -> of().report())
        .hasMessage("no device can be used: there is no backend on the class path");
    assertThatThrownBy(() -> of().require("cpu"))
        .hasMessage("there is no device cpu; usable devices: none");
  }

  @Test
  void brokenProvidersAreReportedLast() {
    Probe broken = Probe.unavailable("unknown", "it does not load", null, List.of());
    Detection detection = Detection.of(List.of(CPU), List.of(broken));
    assertThat(detection.probes()).last().isEqualTo(broken);
    assertThat(detection.report()).endsWith("; unknown: it does not load");
  }

  @Test
  void anEmptyClassPathHasNoDevices() {
    assertThat(Detection.detect().devices()).isEmpty();
  }

  @Test
  void availableDevicesOpen() {
    try (Device device = of(CPU).best().open()) {
      assertThat(device.id()).isEqualTo("fake:0");
    }
  }
}
