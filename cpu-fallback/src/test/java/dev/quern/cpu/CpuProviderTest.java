package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.BackendProvider;
import dev.quern.core.Device;
import dev.quern.core.DeviceException;
import dev.quern.core.DeviceInfo;
import dev.quern.core.HostProcessor;
import dev.quern.core.Probe;
import dev.quern.kernels.SelfTest;
import java.lang.reflect.Proxy;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CpuProviderTest {
  private static final String THREADS = "quern.cpu.threads";
  private static final String BITS = "quern.cpu.vectorBits";

  @AfterEach
  void restore() {
    System.clearProperty(THREADS);
  }

  @Test
  void isFoundAndPassesItsSelfTest() {
    BackendProvider provider =
        ServiceLoader.load(BackendProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(CpuProvider.class::isInstance)
            .findFirst()
            .orElseThrow();
    Probe probe = provider.probe();
    assertThat(probe.available()).as(probe.reason()).isTrue();
    DeviceInfo info = probe.devices().get(0);
    assertThat(info.id()).isEqualTo("cpu");
    assertThat(info.name()).isEqualTo(HostProcessor.name());
    assertThat(info.memoryBytes()).isPositive();
    try (Device device = provider.open(info)) {
      SelfTest.run(device);
      assertThat(device.memory().liveBytes()).isZero();
    }
  }

  @Test
  void explainsAWrongNumberOfThreads() {
    for (String wrong : new String[] {"0", "many", "-1", "100000"}) {
      System.setProperty(THREADS, wrong);
      Probe probe = new CpuProvider().probe();
      assertThat(probe.available()).isFalse();
      assertThat(probe.reason())
          .isEqualTo("quern.cpu.threads must be a number from 1 to 1024, but is '" + wrong + "'");
    }
  }

  @Test
  void explainsAWrongWidth() {
    String before = System.getProperty(BITS);
    try {
      System.setProperty(BITS, "384");
      assertThat(new CpuProvider().probe().reason())
          .isEqualTo("quern.cpu.vectorBits must be 512, 256, 128 or 0, but is '384'");
    } finally {
      if (before == null) {
        System.clearProperty(BITS);
      } else {
        System.setProperty(BITS, before);
      }
    }
  }

  @Test
  void selfTestSaysWhatIsWrong() {
    ElementLoops idle =
        (ElementLoops)
            Proxy.newProxyInstance(
                ElementLoops.class.getClassLoader(),
                new Class<?>[] {ElementLoops.class},
                (proxy, method, arguments) -> null);
    Simd whole = Simd.scalar();
    Simd broken =
        new Simd(
            "broken",
            1,
            whole.tiles(),
            whole.transforms(),
            idle,
            whole.activations(),
            whole.softmaxes(),
            whole.denseLosses(),
            whole.pools(),
            whole.pairs(),
            whole.planes(),
            whole.averages(),
            whole.averagePairs(),
            whole.adam(),
            whole.sgd(),
            whole.rmsProp(),
            whole.dropouts(),
            whole.norms(),
            whole.augments());
    DeviceInfo info = new DeviceInfo("cpu", "cpu", DeviceInfo.Kind.CPU, "test", "test", 0, null);
    try (Device device = new CpuDevice(info, broken, 1, HostMemory.ofThisMachine())) {
      assertThatThrownBy(() -> SelfTest.run(device))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("the self-test of cpu failed: relu/6 gives [")
          .hasMessageContaining("instead of [4.0, 7.0, 0.0, 19.0, 5.0, 7.0]");
    }
  }
}
