package dev.quern.opencl;

import dev.quern.core.Device;
import dev.quern.core.DeviceInfo;
import dev.quern.core.Probe;
import dev.quern.kernels.SelfTest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What {@link DriversTest} runs in a process of its own: says what the probe found, and has all
 * devices compute at once, each opened by two threads.
 */
final class DriversMain {
  private static final int THREADS_OF_A_DEVICE = 2;
  private static final int ROUNDS = 20;

  private DriversMain() {}

  public static void main(String[] args) throws Exception {
    OpenClProvider provider = new OpenClProvider();
    Probe probe = provider.probe();
    System.out.println((probe.available() ? "available: " : "unavailable: ") + probe.reason());
    List<DeviceInfo> usable = probe.devices().stream().filter(DeviceInfo::usable).toList();
    if (usable.isEmpty()) {
      return;
    }
    int threadCount = THREADS_OF_A_DEVICE * usable.size();
    CyclicBarrier start = new CyclicBarrier(threadCount);
    try (ExecutorService threads = Executors.newFixedThreadPool(threadCount)) {
      List<Future<?>> work = new ArrayList<>();
      for (int i = 0; i < threadCount; i++) {
        DeviceInfo info = usable.get(i % usable.size());
        work.add(
            threads.submit(
                () -> {
                  start.await();
                  compute(provider, info);
                  return null;
                }));
      }
      for (Future<?> one : work) {
        one.get();
      }
    }
    usable.forEach(info -> System.out.println("right: " + info.driver()));
  }

  private static void compute(OpenClProvider provider, DeviceInfo info) {
    try (Device device = provider.open(info)) {
      for (int round = 0; round < ROUNDS; round++) {
        SelfTest.run(device);
      }
    }
  }
}
